package uprobe_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func numbers() []int64 {
	r := rand.New(rand.NewPCG(1, 2))
	list := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, -100, 99, 100, 101, -101}
	for e := range 63 {
		power := int64(1) << e
		list = append(list, power-1, power, power+1, -power, -power-1,
			r.Int64N(power+1), -r.Int64N(power+1))
	}
	return list
}

// TestBuckets compares the kernel's buckets with those of package histogram.
func TestBuckets(t *testing.T) {
	var signed *stapsdt.Probe1[int64]
	var unsigned *stapsdt.Probe1[uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		signed = stapsdt.MustProbe1[int64](p, "signed")
		unsigned = stapsdt.MustProbe1[uint64](p, "unsigned")
	})
	linear, err := histogram.Linear(-100, 101, 7)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := histogram.Linear(math.MinInt64, math.MaxInt64, 1<<60)
	if err != nil {
		t.Fatal(err)
	}
	probes := find(t, p, "signed", "unsigned")
	splits := []int64{math.MinInt64, -1000, -7, 0, 31, 1000, 1 << 40}
	scales := map[string]histogram.Scale{
		"log2": histogram.Log2(), "linear": linear, "wide": wide, "split": {Splits: splits},
		"inclusive": {Inclusive: true}, "inclusive split": {Inclusive: true, Splits: splits},
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for name, scale := range scales {
			o := uprobe.DistributionOptions{Options: o, Scale: scale}
			t.Run(name+" signed", func(t *testing.T) {
				testBuckets(t, probes[:1], signed.Fire, true, o)
			})
			t.Run(name+" unsigned", func(t *testing.T) {
				fire := func(n int64) { unsigned.Fire(uint64(n)) }
				testBuckets(t, probes[1:], fire, false, o)
			})
		}
	})
}

func testBuckets(
	t *testing.T, probes []uprobe.Probe, fire func(int64), signed bool,
	o uprobe.DistributionOptions,
) {
	d, err := uprobe.Distribute(probes, o)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, d)
	want := histogram.Histogram{Scale: o.Scale}
	for _, n := range numbers() {
		fire(n)
		want.Add(uint64(n), signed)
	}
	checkOnly(t, d, want)
}

// checkOnly compares the only group of a distribution, and returns it.
func checkOnly(
	t *testing.T, d *uprobe.Distribution, want histogram.Histogram,
) *histogram.Histogram {
	t.Helper()
	groups, err := d.Read()
	if err != nil || len(groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	got := groups[0].Histogram
	if diff := cmp.Diff(want.Counts, got.Counts); diff != "" {
		t.Errorf("counts (-want +got)\n%s", diff)
	}
	if got.Max != want.Max {
		t.Errorf("max %v, want %v", got.Max, want.Max)
	}
	return got
}

// TestDistributionSum has values whose sum does not fit in 64 bits, and sites that do not agree in
// whether the values are signed.
func TestDistributionSum(t *testing.T) {
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
	values := []int64{-1760000000000000000, 1760000000000000000, math.MinInt64, -1, 5}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		options := uprobe.DistributionOptions{Options: o}
		d, err := uprobe.Distribute([]uprobe.Probe{both}, options)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		want := histogram.Histogram{Scale: histogram.Log2()}
		for range 100 {
			for _, n := range values {
				signed.Fire(n)
				want.Add(uint64(n), true)
				unsigned.Fire(uint64(n))
				want.Add(uint64(n), false)
			}
		}
		got := checkOnly(t, d, want)
		if math.Abs(got.Mean()/want.Mean()-1) > 1e-9 {
			t.Errorf("mean %v, want %v", got.Mean(), want.Mean())
		}
	})
}

func TestDistributionGroups(t *testing.T) {
	var probe *stapsdt.Probe3[int32, string, uint8]
	var pointer *stapsdt.Probe3[int32, uintptr, uint8]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe3[int32, string, uint8](p, "request")
		pointer = stapsdt.MustProbe3[int32, uintptr, uint8](p, "pointer")
	})
	probes := find(t, p, "request", "pointer")
	long := strings.Repeat("long", 70)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		text := uprobe.By{Argument: uprobe.Numbered(1), Text: true}
		options := uprobe.DistributionOptions{Options: o, By: []uprobe.By{text}}
		byText, err := uprobe.Distribute(probes, options)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, byText)
		options = uprobe.DistributionOptions{Options: o, By: []uprobe.By{{Argument: uprobe.Numbered(2)}}}
		byNumber, err := uprobe.Distribute(probes, options)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, byNumber)
		const rounds = 1000
		for i := range int32(rounds) {
			probe.Fire(i, []string{"GET", "PUT", "", long}[i%4], uint8(i%2))
			pointer.Fire(i, 1, 7)
		}
		texts, numbers := map[string]uint64{}, map[string]uint64{}
		groups, err := byText.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			texts[g.Key[0].Text] = g.Histogram.Total()
		}
		if groups, err = byNumber.Read(); err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			numbers[g.Key[0].Int.String()] = g.Histogram.Total()
		}
		want := map[string]uint64{"GET": 250, "PUT": 250, "": 250, long[:uprobe.MaxKeyText]: 250}
		if diff := cmp.Diff(want, texts); diff != "" {
			t.Errorf("by text (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(map[string]uint64{"0": 500, "1": 500, "7": 1000}, numbers); diff != "" {
			t.Errorf("by number (-want +got)\n%s", diff)
		}
		if n, err := byText.Unreadable(); n != rounds || err != nil {
			t.Errorf("%d unreadable, want %d; %v", n, rounds, err)
		}
	})
}

// TestDistributionGroupsBySign groups by an argument whose sign differs from probe to probe. Equal
// numbers are one group, and numbers with the same bits are not.
func TestDistributionGroupsBySign(t *testing.T) {
	var unsigned *stapsdt.Probe2[uint64, uint64]
	var signed *stapsdt.Probe2[uint64, int32]
	p := provider(t, func(p *stapsdt.Provider) {
		unsigned = stapsdt.MustProbe2[uint64, uint64](p, "unsigned")
		signed = stapsdt.MustProbe2[uint64, int32](p, "signed")
	})
	probes := find(t, p, "unsigned", "signed")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		options := uprobe.DistributionOptions{Options: o, By: []uprobe.By{{Argument: uprobe.Numbered(1)}}}
		d, err := uprobe.Distribute(probes, options)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		unsigned.Fire(1, 7)
		signed.Fire(1, 7)
		unsigned.Fire(1, 1<<64-5)
		signed.Fire(1, -5)
		signed.Fire(1, -5)
		groups, err := d.Read()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]uint64{}
		for _, g := range groups {
			got[g.Key[0].Int.String()] = g.Histogram.Total()
		}
		want := map[string]uint64{"7": 2, "18446744073709551611": 1, "-5": 2}
		if diff := cmp.Diff(want, got); diff != "" || len(groups) != len(got) {
			t.Errorf("%d groups (-want +got)\n%s", len(groups), diff)
		}
	})
}

// TestTooManyGroups: the values of groups for which there is no room have a histogram of their own.
func TestTooManyGroups(t *testing.T) {
	var probe *stapsdt.Probe1[uint64]
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe1[uint64](p, "many") })
	probes := find(t, p, "many")
	by := []uprobe.By{{Argument: uprobe.Numbered(0)}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{Options: o, By: by})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		const others = 1000
		want := &histogram.Histogram{Scale: histogram.Log2()}
		for i := range uint64(uprobe.MaxGroups + others) {
			probe.Fire(i)
			if i >= uprobe.MaxGroups {
				want.Add(i, false)
			}
		}
		groups, err := d.Read()
		if err != nil || len(groups) != uprobe.MaxGroups+1 {
			t.Fatalf("%d groups, %v", len(groups), err)
		}
		for _, g := range groups {
			if g.Key == nil {
				if diff := cmp.Diff(want, g.Histogram); diff != "" {
					t.Errorf("others (-want +got)\n%s", diff)
				}
			} else if n := g.Histogram.Total(); n != 1 || g.Histogram.Max != g.Key[0].Int {
				t.Errorf("%v: %d values, the largest %v", g.Key[0].Int, n, g.Histogram.Max)
			}
		}
	})
}

// TestRoomForFewGroups: with room for some groups, these have all of their values, and all other
// values are in the histogram of others.
func TestRoomForFewGroups(t *testing.T) {
	var probe *stapsdt.Probe2[string, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe2[string, uint64](p, "few")
	})
	probes := find(t, p, "few")
	by := []uprobe.By{{Argument: uprobe.Numbered(0), Text: true}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		const room, groups = 10, 100
		o.Groups = room
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Numbered(1), By: by,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		values := func(of int) (h *histogram.Histogram) {
			h = new(histogram.Histogram)
			for i := range uint64(20) {
				h.Add(uint64(of)+1<<i, false)
			}
			return h
		}
		others := new(histogram.Histogram)
		for of := range groups {
			for i := range uint64(20) {
				probe.Fire(strconv.Itoa(of), uint64(of)+1<<i)
			}
			if of >= room {
				others.Merge(values(of))
			}
		}
		list, err := d.Read()
		if err != nil || len(list) != room+1 {
			t.Fatalf("%d groups, %v", len(list), err)
		}
		for _, g := range list {
			want := others
			if g.Key != nil {
				of, _ := strconv.Atoi(g.Key[0].Text)
				want = values(of)
			}
			if diff := cmp.Diff(want, g.Histogram); diff != "" || g.Unplaced != 0 {
				t.Errorf("%v: %d unplaced (-want +got)\n%s", g.Key, g.Unplaced, diff)
			}
		}
	})
}

// TestTooManyBuckets: a group knows how many of its values have no bucket.
func TestTooManyBuckets(t *testing.T) {
	var probe *stapsdt.Probe2[uint64, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe2[uint64, uint64](p, "many")
	})
	probes := find(t, p, "many")
	const groups, each = 170, 10_000 // in more rows than there can be
	scale, err := histogram.Linear(0, each, 1)
	if err != nil {
		t.Fatal(err)
	}
	by := []uprobe.By{{Argument: uprobe.Numbered(1)}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Scale: scale, By: by,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		for i := uint64(0); i < each; i += 16 {
			for group := range uint64(groups) {
				probe.Fire(i, group)
			}
		}
		list, err := d.Read()
		if err != nil || len(list) != groups {
			t.Fatalf("%d groups, %v", len(list), err)
		}
		unplaced := uint64(0)
		for _, g := range list {
			unplaced += g.Unplaced
			if n := g.Histogram.Total(); n+g.Unplaced != each/16 {
				t.Errorf("%v: %d values and %d, want %d", g.Key[0].Int, n, g.Unplaced, each/16)
			}
		}
		if unplaced == 0 {
			t.Error("all values have found a place")
		}
	})
}
