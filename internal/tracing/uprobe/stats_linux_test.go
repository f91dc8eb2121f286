package uprobe_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// figures are stats as the test itself knows them.
type figures struct {
	Count    uint64
	Sum      string
	Min, Max string
}

// figuresOf adds up numbers by another arithmetic than that of the engine.
func figuresOf(numbers []*big.Int) figures {
	sum, least, most := new(big.Int), numbers[0], numbers[0]
	for _, n := range numbers {
		sum.Add(sum, n)
		if n.Cmp(least) < 0 {
			least = n
		}
		if n.Cmp(most) > 0 {
			most = n
		}
	}
	return figures{uint64(len(numbers)), sum.String(), least.String(), most.String()}
}

// bigInt returns n. It does not call big.NewInt, whose first store into new memory can be that of a
// comparison's result (SETL): QEMU 7.2 without KVM, in which guests run this test, forgets the
// flags when that store faults, and the sign is wrong.
func bigInt(n int64) *big.Int {
	i, ok := new(big.Int).SetString(strconv.FormatInt(n, 10), 10)
	if !ok {
		panic(n)
	}
	return i
}

// statsOf returns the stats that a counter has of its only group, all parts of it taken together.
func statsOf(t *testing.T, c *uprobe.GroupCounter, wantHits uint64) []figures {
	t.Helper()
	groups, err := c.Take()
	if err != nil || len(groups) == 0 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	all := make([]integer.Stats, len(groups[0].Stats))
	hits := uint64(0)
	for _, g := range groups {
		hits += g.Hits
		for i, s := range g.Stats {
			all[i].Add(s)
		}
	}
	if hits != wantHits {
		t.Errorf("%d hits, want %d", hits, wantHits)
	}
	var list []figures
	for _, s := range all {
		list = append(list, figures{s.Count, s.Sum.String(), s.Min.String(), s.Max.String()})
	}
	return list
}

// TestStats adds up integers of every width and sign, whose sums do not fit in 64 bits.
func TestStats(t *testing.T) {
	var small *stapsdt.Probe6[int8, uint8, int16, uint16, int32, uint32]
	var large *stapsdt.Probe2[int64, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		small = stapsdt.MustProbe6[int8, uint8, int16, uint16, int32, uint32](p, "small")
		large = stapsdt.MustProbe2[int64, uint64](p, "large")
	})
	probes := find(t, p, "small", "large")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		count := func(probe, args int) *uprobe.GroupCounter {
			var list []uprobe.Argument
			for i := range args {
				list = append(list, uprobe.Numbered(i))
			}
			c, err := uprobe.CountBy(probes[probe:probe+1], nil, list, o)
			if err != nil {
				t.Fatal(err)
			}
			closing(t, c)
			return c
		}
		smalls, larges := count(0, 6), count(1, 2)
		for name, numbers := range map[string][]int64{
			"many": numbers(), "negative": {-3, -1, -2}, "zero": {0}, "least": {math.MinInt64},
			"greatest": {math.MaxInt64, math.MaxInt64}, "all bits": {-1, -1, -1},
		} {
			want := make([][]*big.Int, 8)
			for _, n := range numbers {
				small.Fire(int8(n), uint8(n), int16(n), uint16(n), int32(n), uint32(n))
				large.Fire(n, uint64(n))
				for i, n := range []int64{
					int64(int8(n)), int64(uint8(n)), int64(int16(n)), int64(uint16(n)),
					int64(int32(n)), int64(uint32(n)), n,
				} {
					want[i] = append(want[i], bigInt(n))
				}
				want[7] = append(want[7], new(big.Int).SetUint64(uint64(n)))
			}
			hits := uint64(len(numbers))
			got := append(statsOf(t, smalls, hits), statsOf(t, larges, hits)...)
			for i := range want {
				if diff := cmp.Diff(figuresOf(want[i]), got[i]); diff != "" {
					t.Errorf("%s, argument %d (-want +got):\n%s", name, i, diff)
				}
			}
		}
	})
}

// TestStatsBySign adds up an argument that is signed at one site of a probe and not at the other.
func TestStatsBySign(t *testing.T) {
	var signed *stapsdt.Probe1[int64]
	var unsigned *stapsdt.Probe1[uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		signed = stapsdt.MustProbe1[int64](p, "signed")
		unsigned = stapsdt.MustProbe1[uint64](p, "unsigned")
	})
	probes := find(t, p, "signed", "unsigned")
	both := uprobe.Probe{
		Provider: p.Name(), Name: "both", Sites: append(probes[0].Sites, probes[1].Sites...),
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		c, err := uprobe.CountBy([]uprobe.Probe{both}, nil, []uprobe.Argument{uprobe.Numbered(0)}, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		signed.Fire(-1)
		unsigned.Fire(math.MaxUint64)
		unsigned.Fire(7)
		want := []figures{{3, "18446744073709551621", "-1", "18446744073709551615"}}
		if diff := cmp.Diff(want, statsOf(t, c, 3)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestStatsTaken takes what comes while goroutines fire on all processors. What is taken makes up
// what was fired, and the least and the greatest are those of one time.
func TestStatsTaken(t *testing.T) {
	var probe *stapsdt.Probe2[int64, uint8]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe2[int64, uint8](p, "taken")
	})
	probes := find(t, p, "taken")
	by := []uprobe.By{{Argument: uprobe.Numbered(1)}}
	const fires, goroutines, groups = 20_000, 4, 5
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		c, err := uprobe.CountBy(probes, by, []uprobe.Argument{uprobe.Numbered(0)}, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		all := make(map[string]integer.Stats)
		take := func() {
			taken, err := c.Take()
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range taken {
				if g.Hits != g.Stats[0].Count {
					t.Errorf("%d hits, %d values", g.Hits, g.Stats[0].Count)
				}
				s := all[g.Key[0].Int.String()]
				s.Add(g.Stats[0])
				all[g.Key[0].Int.String()] = s
			}
		}
		take() // nothing
		var firing sync.WaitGroup
		for g := range goroutines {
			firing.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(g)))
				for _, n := range r.Perm(fires) {
					probe.Fire(int64(n), uint8(n%groups))
				}
			})
		}
		ended := make(chan struct{})
		go func() { firing.Wait(); close(ended) }()
		takes := 0
		for isOver := false; !isOver; takes++ {
			select {
			case <-ended:
				isOver = true
			default:
			}
			take()
		}
		if err := c.Detach(); err != nil {
			t.Fatal(err)
		}
		take()
		probe.Fire(9, 9) // nobody is attached
		take()
		want := make(map[string]figures)
		for g := range groups {
			var numbers []*big.Int
			for n := g; n < fires; n += groups {
				for range goroutines {
					numbers = append(numbers, bigInt(int64(n)))
				}
			}
			want[fmt.Sprint(g)] = figuresOf(numbers)
		}
		got := make(map[string]figures)
		for key, s := range all {
			got[key] = figures{s.Count, s.Sum.String(), s.Min.String(), s.Max.String()}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %d times (-want +got):\n%s", takes, diff)
		}
	})
}
