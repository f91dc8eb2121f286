package stapsdt

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/go-usdt/usdt/internal/ticks"
)

// Counter counts the fires of probes in this process. See [Count].
type Counter struct {
	patterns

	mu      sync.Mutex
	numbers uint64 // that were given
	open    map[hearer]*count
	settled []*count             // those whose provider is closed; all, after Close
	closed  map[probeName]*count // those among them whose provider is closed
	missed  uint64               // fires of probes for which closed has no room
}

// maxClosed is how many names of probes whose providers are closed are counted apart.
const maxClosed = 4096

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
// KiB for each probe until Close, of it or of the provider, and then less than 1 KiB for each of up
// to 4096 names. All its methods are safe for concurrent use.
func Count(patterns ...string) (*Counter, error) {
	list, err := parsePatterns("count", patterns)
	if err != nil {
		return nil, err
	}
	c := &Counter{
		patterns: list, open: make(map[hearer]*count), closed: make(map[probeName]*count),
	}
	subscribe(c)
	return c, nil
}

func (c *Counter) subscribe(p *Probe) hearer {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &count{probe: p, number: c.numbers, running: new(runningCount)}
	c.numbers++
	c.open[n.running] = n
	return n.running
}

// Counts returns the counts so far, those of one provider in the order of their declaration. The
// fires of all closed providers with one name have one count for each name of a probe; its Probe is
// that of the provider that was closed last. There are such counts of 4096 names; the fires of
// others are in [Counter.Missed] when their provider is closed. The caller owns the slice.
func (c *Counter) Counts() []ProbeCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.AppendSeq(slices.Clone(c.settled), maps.Values(c.open))
	slices.SortFunc(all, func(a, b *count) int { return cmp.Compare(a.number, b.number) })
	list := make([]ProbeCount, len(all))
	for i, n := range all {
		list[i] = ProbeCount{n.probe, n.sum()}
	}
	return list
}

// Missed returns how many fires so far are not in Counts any more, because probes of more than 4096
// names were closed. After Close, it and Counts make up all fires, exactly.
func (c *Counter) Missed() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.missed
}

// Close ends the counting. The counts stay. Closing again does nothing.
func (c *Counter) Close() {
	unsubscribe(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.open {
		n.settle()
		c.settled = append(c.settled, n)
	}
	clear(c.open)
}

func (c *Counter) subscribed() (probes []*Probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.open {
		probes = append(probes, n.probe)
	}
	return probes
}

// leave keeps the sum only, so that a program whose providers come and go does not grow.
func (c *Counter) leave(h hearer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.open[h]
	delete(c.open, h)
	n.settle()
	name := probeName{n.probe.provider.name, n.probe.name}
	switch before := c.closed[name]; {
	case before != nil:
		before.settled += n.settled
		before.probe = n.probe
	case len(c.closed) < maxClosed:
		c.closed[name] = n
		c.settled = append(c.settled, n)
	default:
		c.missed += n.settled
	}
}

type probeName struct{ provider, probe string }

// count is the number of fires of a probe.
type count struct {
	probe   *Probe
	number  uint64        // of the count, in the order of declaration
	settled uint64        // how often, when nobody counts any more
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
