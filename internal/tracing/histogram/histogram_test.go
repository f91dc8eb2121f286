package histogram

import (
	"math"
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
	for p := 0.5; p <= 100; p += 0.5 {
		want := values[int(math.Ceil(p/100*float64(len(values))))-1]
		got := h.Percentile(p)
		if math.Abs(got-want) > math.Abs(want)/32 {
			t.Errorf("Percentile(%v): got %v, the true one is %v", p, got, want)
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
