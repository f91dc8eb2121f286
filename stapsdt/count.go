package stapsdt

import (
	"slices"
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
	closed map[probeName]*count // those among them whose provider is closed
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
// KiB for each probe until Close, of it or of the provider. All its methods are safe for concurrent
// use.
func Count(patterns ...string) (*Counter, error) {
	list, err := parsePatterns("count", patterns)
	if err != nil {
		return nil, err
	}
	c := &Counter{patterns: list, closed: make(map[probeName]*count)}
	subscribe(c)
	return c, nil
}

func (c *Counter) subscribe(p *Probe) hearer {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &count{probe: p, running: new(runningCount)}
	c.counts = append(c.counts, n)
	return n.running
}

// Counts returns the counts so far, those of one provider in the order of their declaration. The
// fires of all closed providers with one name have one count for each name of a probe; its Probe is
// that of the provider that was closed last. The caller owns the slice.
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
func (c *Counter) Close() {
	unsubscribe(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.counts {
		n.settle()
	}
}

func (c *Counter) subscribed() []*Probe {
	c.mu.Lock()
	defer c.mu.Unlock()
	probes := make([]*Probe, len(c.counts))
	for i, n := range c.counts {
		probes[i] = n.probe
	}
	return probes
}

// leave keeps the sum only, so that a program whose providers come and go does not grow.
func (c *Counter) leave(h hearer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.counts, func(n *count) bool { return n.running == h })
	if i < 0 {
		return // c is closed
	}
	n := c.counts[i]
	n.settle()
	name := probeName{n.probe.provider.name, n.probe.name}
	before := c.closed[name]
	if before == nil {
		c.closed[name] = n
		return
	}
	before.settled += n.settled
	before.probe = n.probe
	c.counts = slices.Delete(c.counts, i, i+1)
}

type probeName struct{ provider, probe string }

// count is the number of fires of a probe.
type count struct {
	probe   *Probe
	settled uint64        // the number, when nobody counts any more
	running *runningCount // nil then
}

func (n *count) sum() uint64 {
	if n.running == nil {
		return n.settled
	}
	return n.running.sum()
}

// settle ends the counting. What is fired at the same time counts, or does not.
func (n *count) settle() { n.settled, n.running = n.sum(), nil }

// runningCount is a number in parts, so that goroutines on different processors seldom write to the
// same memory.
type runningCount [64]struct {
	atomic.Uint64
	_ [56]byte
}

func (c *runningCount) hear(*[MaxArgs]unsafe.Pointer) {
	c[ticks.Spread()%uint32(len(c))].Add(1)
}

func (c *runningCount) sum() (n uint64) {
	for i := range c {
		n += c[i].Load()
	}
	return n
}
