package stapsdt

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/go-usdt/usdt/internal/ticks"
)

// Counter counts the fires of probes in this process. See [Count].
type Counter struct {
	patterns

	mu     sync.Mutex
	counts []*count
}

// ProbeCount is how often a probe was fired.
type ProbeCount struct {
	Probe *Probe
	Fires uint64
}

// Count counts from now on how often each probe is fired that matches one of the patterns,
// PROVIDER:PROBE with the wildcards of [path.Match], also of those that are declared later. The
// count is exact. Meanwhile these probes are enabled, and a fire takes some 10 ns. The error is an
// [ErrArgs].
//
// Like [Listen], it needs no right, works on every platform, and needs no Load. A Counter takes 4
// KiB for each probe until Close. All its methods are safe for concurrent use.
func Count(patterns ...string) (*Counter, error) {
	list, err := parsePatterns("count", patterns)
	if err != nil {
		return nil, err
	}
	c := &Counter{patterns: list}
	subscribe(c)
	return c, nil
}

func (c *Counter) subscribe(p *Probe) hearer {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &count{probe: p}
	c.counts = append(c.counts, n)
	return n
}

// Counts returns the counts so far, those of one provider in the order of their declaration. The
// caller owns the slice.
func (c *Counter) Counts() []ProbeCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]ProbeCount, len(c.counts))
	for i, n := range c.counts {
		list[i] = ProbeCount{n.probe, n.sum()}
	}
	return list
}

// Close ends the counting. The counts stay. Closing again does nothing.
func (c *Counter) Close() { unsubscribe(c) }

func (c *Counter) subscribed() []*Probe {
	c.mu.Lock()
	defer c.mu.Unlock()
	probes := make([]*Probe, len(c.counts))
	for i, n := range c.counts {
		probes[i] = n.probe
	}
	return probes
}

// count is the number of fires of a probe, in parts, so that goroutines on different processors
// seldom write to the same memory.
type count struct {
	probe *Probe
	parts [64]struct {
		atomic.Uint64
		_ [56]byte
	}
}

func (c *count) hear(*[MaxArgs]unsafe.Pointer) {
	c.parts[ticks.Spread()%uint32(len(c.parts))].Add(1)
}

func (c *count) sum() (n uint64) {
	for i := range c.parts {
		n += c.parts[i].Load()
	}
	return n
}
