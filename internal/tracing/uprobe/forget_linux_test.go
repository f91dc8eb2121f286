package uprobe_test

import (
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestForget: groups that are forgotten make room, and begin anew; the others stay as they are.
func TestForget(t *testing.T) {
	var start *stapsdt.Probe2[uint64, uint64]
	var end *stapsdt.Probe2[uint64, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe2[uint64, uint64](p, "start", "id", "n")
		end = stapsdt.MustProbe2[uint64, uint64](p, "end", "id", "m")
	})
	probes := find(t, p, "start", "end")
	by := []uprobe.By{{Argument: uprobe.Numbered(1)}}
	isOne := func(key []uprobe.KeyValue) bool { return key[0].Int.Bits == 1 }
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.Groups = 2
		d, err := uprobe.Distribute(probes[:1], uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Numbered(1), By: by,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		l, err := uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{
			Options: o, Key: uprobe.Numbered(0),
			By: append(by, uprobe.By{Argument: uprobe.Numbered(1), OfEnd: true}),
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, l)
		hit := func(n uint64) {
			start.Fire(n, n)
			end.Fire(n, 2*n)
		}
		counts := func() (ofValues, ofPairs map[uint64]uint64) {
			t.Helper()
			groups, err := d.Read()
			if err != nil {
				t.Fatal(err)
			}
			r, err := l.Read()
			if err != nil {
				t.Fatal(err)
			}
			return totals(groups), totals(r.Groups)
		}
		check := func(want map[uint64]uint64) {
			t.Helper()
			values, pairs := counts()
			for _, got := range []map[uint64]uint64{values, pairs} {
				if len(got) != len(want) {
					t.Errorf("got %v, want %v", got, want)
				}
				for n := range want {
					if got[n] != want[n] {
						t.Errorf("got %v, want %v", got, want)
					}
				}
			}
		}
		hit(1)
		hit(1)
		hit(2)
		hit(3) // without room
		check(map[uint64]uint64{1: 2, 2: 1, 0: 1})
		if err := d.Forget(isOne); err != nil {
			t.Fatal(err)
		}
		if err := l.Forget(isOne); err != nil {
			t.Fatal(err)
		}
		check(map[uint64]uint64{2: 1, 0: 1})
		hit(3)
		hit(2)
		check(map[uint64]uint64{2: 2, 3: 1, 0: 1})
	})
}

// totals returns how many values each group has, by its first value; 0: the others.
func totals(groups []uprobe.Group) map[uint64]uint64 {
	all := make(map[uint64]uint64)
	for _, g := range groups {
		n := uint64(0)
		if len(g.Key) > 0 {
			n = g.Key[0].Int.Bits
		}
		all[n] += g.Histogram.Total()
	}
	return all
}
