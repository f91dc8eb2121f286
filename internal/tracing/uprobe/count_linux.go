package uprobe

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// A Counter counts the hits of probes. Its methods are not safe for concurrent use, except for
// Attach, Release and Detach.
type Counter struct {
	*session
	hits   *ebpf.Map
	probes atomic.Int64
	room   int64 // for probes
}

// Count attaches to the probes and counts their hits. The caller closes the Counter.
func Count(probes []Probe, o Options) (*Counter, error) {
	c := &Counter{session: newSession(o), room: int64(len(probes) + MaxLater)}
	c.probes.Store(int64(len(probes)))
	if err := c.attachAll(probes); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Counter) attachAll(probes []Probe) error {
	var err error
	if c.hits, err = c.newNumbers("usdt_hits", int(c.room)); err != nil {
		return err
	}
	return c.attach(c.body, probes...)
}

func (c *Counter) body(p *program) error {
	end := p.newLabel()
	if err := p.unless(c.options.Filter, end); err != nil {
		return err
	}
	p.probeIndex()
	p.emit(asm.StoreMem(asm.RFP, frameWord, asm.R0, asm.Word))
	p.incrementAt(c.hits)
	p.place(end)
	p.exit()
	return nil
}

// Read returns how many hits each probe has had so far.
func (c *Counter) Read() ([]uint64, error) {
	counts := make([]uint64, c.probes.Load())
	for i := range counts {
		n, err := sum(c.hits, uint32(i))
		if err != nil {
			return nil, fmt.Errorf("count hits: %w", err)
		}
		counts[i] = n
	}
	return counts, nil
}

// Missed returns how many hits were not counted because another BPF program was running on the same
// processor. Kernels before 5.12 do not count them: it is 0 there.
func (c *Counter) Missed() uint64 { return c.missed() }
