package histogram

import (
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

func of(s Scale, values ...int64) *Histogram {
	h := &Histogram{Scale: s}
	for _, v := range values {
		h.Add(uint64(v), true)
	}
	return h
}

func TestPercentileOfSmallValues(t *testing.T) {
	h := of(Log2(), 5, 1, 4, 2, 3, -2, 0, 31, 30, 30)
	for p, want := range map[float64]float64{
		-1: -2, 0: -2, 10: -2, 10.1: 0, 50: 3, 70: 5, 90: 30, 99: 31, 100: 31, 101: 31,
	} {
		if got := h.Percentile(p); got != want {
			t.Errorf("Percentile(%v): got %v, want %v", p, got, want)
		}
	}
}

func TestPercentileError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	h := &Histogram{}
	var values []float64
	for range 20000 {
		v := r.Int64() >> r.IntN(63)
		if r.IntN(2) == 0 {
			v = -v
		}
		h.Add(uint64(v), true)
		values = append(values, float64(v))
	}
	slices.Sort(values)
	for hundredths := 1; hundredths <= 10000; hundredths += 7 {
		p := float64(hundredths) / 100 // the float nearest to the decimal number
		want := values[(hundredths*len(values)+9999)/10000-1]
		got := h.Percentile(p)
		if math.Abs(got-want) > math.Abs(want)/32 {
			t.Errorf("Percentile(%v): got %v, the true one is %v", p, got, want)
		}
	}
}

// TestPercentileRank: of 1000 values, 99.9 percent are 999, although a float says that they are
// more.
func TestPercentileRank(t *testing.T) {
	h := of(Log2(), slices.Concat(slices.Repeat([]int64{1}, 999), []int64{9})...)
	for p, want := range map[float64]float64{99.9: 1, 99.90001: 9, 99.91: 9, 100: 9} {
		if got := h.Percentile(p); got != want {
			t.Errorf("Percentile(%v): got %v, want %v", p, got, want)
		}
	}
}

// TestPercentileBelow: 999 of 1000 values are below a linear scale, so 99.9 percent are.
func TestPercentileBelow(t *testing.T) {
	h := of(mustLinear(t, 5, 25, 10), slices.Concat(slices.Repeat([]int64{1}, 999), []int64{9})...)
	for p, want := range map[float64]bool{50: true, 99.9: true, 99.91: false, 100: false} {
		if got := h.IsBelow(p); got != want {
			t.Errorf("IsBelow(%v): got %t, want %t", p, got, want)
		}
	}
}

// TestSince: what comes later is in it alone. Its largest value is exact if it is the largest of
// all, otherwise known like a percentile.
func TestSince(t *testing.T) {
	linear := mustLinear(t, 0, 25, 10)
	for _, test := range []struct {
		scale         Scale
		before, later []int64
		max           int64
	}{
		{Log2(), nil, []int64{5, 1025}, 1025},
		{Log2(), []int64{7}, []int64{5, 1025}, 1025},
		{Log2(), []int64{2000}, []int64{5, 1025}, 1055}, // the middle of 1024 to 1087
		{Log2(), []int64{1026}, []int64{5, 1025}, 1026}, // less than that
		{Log2(), []int64{-7, 3}, []int64{-1030}, -1055},
		{Log2(), []int64{7}, nil, 7},
		{linear, []int64{100}, []int64{12}, 14},
		{linear, []int64{100}, []int64{21}, 22}, // of 20 to 24
		{linear, []int64{100}, []int64{30}, 25},
		{linear, []int64{100}, []int64{-5}, -1},
	} {
		all := of(test.scale, append(slices.Clone(test.before), test.later...)...)
		all.Unit = Nanoseconds
		var before *Histogram
		if test.before != nil {
			before = of(test.scale, test.before...)
		}
		got, want := all.Since(before), of(test.scale, test.later...)
		want.Unit, want.Max = Nanoseconds, integer.Of(uint64(test.max), true)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d after %d: got %+v, want %+v", test.later, test.before, got, want)
		}
	}
}

func TestPercentileNeverAboveMax(t *testing.T) {
	h := of(Log2(), 1024, 1024, 1024) // a bucket up to 1087
	for _, p := range []float64{50, 99, 100} {
		if got := h.Percentile(p); got != 1024 {
			t.Errorf("Percentile(%v): got %v, want 1024", p, got)
		}
	}
}

func TestPercentileOfLinear(t *testing.T) {
	h := of(mustLinear(t, 0, 100, 10), -5, 12, 13, 55, 400)
	for p, want := range map[float64]float64{10: 0, 50: 14.5, 80: 54.5, 99: 100, 100: 400} {
		if got := h.Percentile(p); got != want {
			t.Errorf("Percentile(%v): got %v, want %v", p, got, want)
		}
	}
}

func TestMean(t *testing.T) {
	if got := of(Log2(), 1000, 2000, 3000, 1_000_000).Mean(); got != 251500 {
		t.Errorf("got %v, want 251500", got)
	}
}

// TestMax has a largest value that no float64 can hold, and one that is negative.
func TestMax(t *testing.T) {
	h := of(Log2(), 1, 1<<53+1, -5)
	if got := h.Unit.FormatInteger(h.Max); got != "9007199254740993" {
		t.Errorf("got %s", got)
	}
	h = of(Log2(), -7, -5, -6)
	if got := h.Unit.FormatInteger(h.Max); got != "-5" {
		t.Errorf("got %s", got)
	}
}

func TestNothingCounted(t *testing.T) {
	for _, h := range []*Histogram{{}, {Counts: map[int]uint64{7: 0}}} {
		for _, v := range []float64{h.Percentile(50), h.Percentile(100), h.Mean()} {
			if !math.IsNaN(v) {
				t.Errorf("%+v: got %v, want NaN", h, v)
			}
		}
		if h.Total() != 0 || h.Rows() != nil {
			t.Errorf("%+v: got %d, %v", h, h.Total(), h.Rows())
		}
	}
}

func TestTotal(t *testing.T) {
	if got := of(Log2(), 1, 1, -5, 1<<40).Total(); got != 4 {
		t.Errorf("got %d, want 4", got)
	}
}

func TestFormatInteger(t *testing.T) {
	if got := Nanoseconds.FormatInteger(integer.Of(1500, false)); got != "1.5us" {
		t.Errorf("got %s", got)
	}
}

func TestUnitFormat(t *testing.T) {
	tests := []struct {
		unit Unit
		v    float64
		want string
	}{
		{Nanoseconds, 0, "0ns"}, {Nanoseconds, 1, "1ns"}, {Nanoseconds, 512, "512ns"},
		{Nanoseconds, 999, "999ns"}, {Nanoseconds, 999.4, "999ns"}, {Nanoseconds, 999.6, "1us"},
		{Nanoseconds, 1024, "1.02us"}, {Nanoseconds, 16384, "16.4us"},
		{Nanoseconds, 131072, "131us"}, {Nanoseconds, 999_600, "1ms"},
		{Nanoseconds, 2_000_000, "2ms"}, {Nanoseconds, 1.5e9, "1.5s"},
		{Nanoseconds, 3600e9, "3600s"}, {Nanoseconds, -2048, "-2.05us"},
		{Number, 0, "0"}, {Number, 12.345, "12.3"}, {Number, 1.005, "1"},
		{Number, 123456.7, "123457"},
		{Number, -99.96, "-100"}, {Number, math.Ldexp(1, 63), "9223372036854775808"},
	}
	for _, test := range tests {
		if got := test.unit.Format(test.v); got != test.want {
			t.Errorf("Format(%v): got %s, want %s", test.v, got, test.want)
		}
	}
}

func TestMerge(t *testing.T) {
	all := Histogram{Scale: Log2()}
	merged := Histogram{Scale: Log2()}
	merged.Merge(&Histogram{Scale: Log2()})
	for _, values := range [][]int64{{-5, -100, -7}, {3, 1 << 40, 3}, {-1 << 50, 2}} {
		part := Histogram{Scale: Log2()}
		for _, v := range values {
			all.Add(uint64(v), true)
			part.Add(uint64(v), true)
		}
		merged.Merge(&part)
		if !reflect.DeepEqual(all, merged) {
			t.Errorf("after %v: got %+v, want %+v", values, merged, all)
		}
	}
}

func TestUnits(t *testing.T) {
	unit := func(name string) Unit {
		u, ok := ParseUnit(name)
		if !ok || u.Name != name {
			t.Fatalf("%s is %v", name, u)
		}
		return u
	}
	in := func(of, shown Unit) Unit {
		u, ok := of.In(shown)
		if !ok {
			t.Fatalf("%v in %v", of, shown)
		}
		return u
	}
	for _, test := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{unit("B"), 1023, "1023B"}, {unit("B"), 1024, "1KiB"}, {unit("B"), -1536, "-1.5KiB"},
		{unit("B"), 1023.9, "1KiB"}, {unit("B"), 1 << 63, "8388608TiB"}, {unit("B"), 0, "0B"},
		{unit("KiB"), 1, "1KiB"}, {unit("KiB"), 3 << 20, "3GiB"}, {unit("KiB"), 0.5, "512B"},
		{unit("us"), 1500, "1.5ms"}, {unit("us"), 0.25, "250ns"}, {unit("ms"), 61_000, "61s"},
		{in(unit("us"), unit("s")), 1500, "0s"}, {in(unit("us"), unit("s")), 2.5e6, "2.5s"},
		{in(Nanoseconds, unit("ms")), 1234567890, "1235ms"},
		{in(Number, unit("ms")), 1500, "1500ms"}, {in(Number, unit("KiB")), 2048, "2048KiB"},
		{in(unit("B"), unit("KiB")), 512, "0.5KiB"},
	} {
		if got := test.unit.Format(test.v); got != test.want {
			t.Errorf("%v of %q: got %s, want %s", test.v, test.unit.Name, got, test.want)
		}
		exact := new(big.Rat).SetFloat64(test.v)
		if got := test.unit.FormatRat(exact); got != test.want {
			t.Errorf("exactly %v of %q: got %s, want %s", test.v, test.unit.Name, got, test.want)
		}
	}
	if _, ok := Nanoseconds.In(unit("B")); ok {
		t.Error("nanoseconds in bytes")
	}
	if _, ok := ParseUnit("kB"); ok {
		t.Error("there is a kB")
	}
	for _, name := range UnitNames {
		if got := unit(name).Format(1); got != "1"+name {
			t.Errorf("1 of %s is %s", name, got)
		}
	}
	for _, test := range []struct {
		n, d int64
		want string
	}{
		{1, 3, "0.33"}, {2, 3, "0.67"}, {-2, 3, "-0.67"}, {100, 1, "100"}, {999, 10, "99.9"},
		{9007199254740993, 1, "9007199254740993"}, // which no float64 is
		{9223372036854775807, 2, "4611686018427387904"},
	} {
		if got := Number.FormatRat(big.NewRat(test.n, test.d)); got != test.want {
			t.Errorf("%d/%d: got %s, want %s", test.n, test.d, got, test.want)
		}
	}
}
