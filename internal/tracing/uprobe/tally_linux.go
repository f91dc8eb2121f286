package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
)

// A Tally counts the hits of probes. Its methods are not safe for concurrent use, but for Detach.
type Tally struct {
	*session
	hits   *ebpf.Map
	probes int
}

// CountProbes attaches to the probes and counts their hits. The caller closes the Tally.
func CountProbes(probes []Probe, o Options) (*Tally, error) {
	t := &Tally{session: newSession(o), probes: len(probes)}
	if err := t.attachAll(probes); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Tally) attachAll(probes []Probe) error {
	var err error
	t.hits, err = t.newMap(&ebpf.MapSpec{
		Name: "usdt_hits", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: uint32(max(len(probes), 1)),
	})
	if err != nil {
		return err
	}
	return t.attachEach(probes, func(prog *program, probe int) error {
		end := prog.newLabel()
		if err := prog.unless(t.options.Filter, end); err != nil {
			return err
		}
		prog.increment(t.hits, probe)
		prog.place(end)
		prog.exit()
		return nil
	})
}

// Read returns how often each probe was hit so far.
func (t *Tally) Read() ([]uint64, error) {
	counts := make([]uint64, t.probes)
	for i := range counts {
		n, err := sum(t.hits, uint32(i))
		if err != nil {
			return nil, fmt.Errorf("count hits: %w", err)
		}
		counts[i] = n
	}
	return counts, nil
}

// Missed returns how many hits were not counted because another BPF program was running on that
// processor. Kernels before 5.12 do not say.
func (t *Tally) Missed() uint64 { return t.missed() }
