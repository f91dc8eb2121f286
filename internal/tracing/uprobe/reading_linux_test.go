package uprobe_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestReadWhileCounting reads while hits make new groups and rows all the time: no bucket of a
// group ever has fewer values than before, none has values twice, and in the end all are there.
func TestReadWhileCounting(t *testing.T) {
	var probe *stapsdt.Probe2[uint64, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe2[uint64, uint64](p, "hit")
	})
	probes := find(t, p, "hit")
	by := []uprobe.By{{Argument: uprobe.Numbered(0)}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Numbered(1), By: by,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		c, err := uprobe.CountBy(probes, by, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		r := reader{t: t, taken: make(map[string]uint64), values: make(map[string]map[int]uint64)}
		const threads, groups, values, each = 4, 300, 12, 84
		var firing sync.WaitGroup
		var isOver atomic.Bool
		for thread := range uint64(threads) {
			firing.Go(func() {
				for i := range uint64(groups * each) {
					probe.Fire((i+thread*groups/threads)%groups, 1<<(i/groups%values*2))
				}
			})
		}
		go func() {
			firing.Wait()
			isOver.Store(true)
		}()
		for wasOver := false; !wasOver; {
			wasOver = isOver.Load()
			r.take(c)
			r.read(d)
		}
		if missed := d.Lost() + c.Missed(); missed > 0 {
			t.Fatalf("the kernel has missed %d hits", missed)
		}
		r.check(groups, threads*each)
	})
}

// A reader has what a distribution and a counter have said so far, by the keys of groups.
type reader struct {
	t      *testing.T
	taken  map[string]uint64
	values map[string]map[int]uint64
}

func (r reader) take(c *uprobe.GroupCounter) {
	groups, err := c.Take()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, g := range groups {
		r.taken[g.Key[0].Int.String()] += g.Hits
	}
}

func (r reader) read(d *uprobe.Distribution) {
	groups, err := d.Read()
	if err != nil {
		r.t.Fatal(err)
	}
	now := make(map[string]*histogram.Histogram)
	for _, g := range groups {
		if g.Key == nil {
			r.t.Fatal("a group has values and no key")
		}
		now[g.Key[0].Int.String()] = g.Histogram
	}
	for key, before := range r.values {
		for index, n := range before {
			if now[key] == nil || now[key].Counts[index] < n {
				r.t.Fatalf("group %s: bucket %d had %d values, and has %+v", key, index, n, now[key])
			}
		}
	}
	for key, h := range now {
		r.values[key] = h.Counts
	}
}

// check compares the groups with how many hits each has had.
func (r reader) check(groups int, hits uint64) {
	if len(r.taken) != groups || len(r.values) != groups {
		r.t.Errorf("%d groups are counted, %d have values, want %d",
			len(r.taken), len(r.values), groups)
	}
	for key, counts := range r.values {
		var values uint64
		for _, n := range counts {
			values += n
		}
		if values != hits || r.taken[key] != hits {
			r.t.Errorf("group %s: %d values, %d hits, want %d", key, values, r.taken[key], hits)
		}
	}
}
