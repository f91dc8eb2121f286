package integer

import (
	"encoding/json"
	"math"
	"testing"
)

func TestInt(t *testing.T) {
	inOrder := []struct {
		n    Int
		text string
	}{
		{Min, "-9223372036854775808"},
		{Of(1<<63+1, true), "-9223372036854775807"},
		{Of(math.MaxUint64, true), "-1"},
		{Int{}, "0"},
		{Of(1<<53+1, false), "9007199254740993"}, // which no float64 is
		{Of(math.MaxInt64, true), "9223372036854775807"},
		{Of(1<<63, false), "9223372036854775808"},
		{Of(math.MaxUint64, false), "18446744073709551615"},
	}
	for i, a := range inOrder {
		if got := a.n.String(); got != a.text {
			t.Errorf("String of %+v: got %s, want %s", a.n, got, a.text)
		}
		if got, err := json.Marshal(a.n); string(got) != a.text || err != nil {
			t.Errorf("JSON of %+v: got %s, %v, want %s", a.n, got, err, a.text)
		}
		for j, b := range inOrder {
			if got, want := a.n.Compare(b.n), min(max(i-j, -1), 1); got != want {
				t.Errorf("%v.Compare(%v): got %d, want %d", a.n, b.n, got, want)
			}
			if (a.n == b.n) != (i == j) {
				t.Errorf("%v == %v: got %v", a.n, b.n, a.n == b.n)
			}
		}
	}
}

func TestOfSameNumber(t *testing.T) {
	for _, bits := range []uint64{0, 1, math.MaxInt64} {
		if signed, unsigned := Of(bits, true), Of(bits, false); signed != unsigned {
			t.Errorf("%d: %+v as a signed number, %+v as an unsigned one", bits, signed, unsigned)
		}
	}
}

func TestFloat(t *testing.T) {
	for n, want := range map[Int]float64{
		Min: math.MinInt64, Of(math.MaxUint64, true): -1, {}: 0, Of(1<<53+1, false): 1 << 53,
		Of(math.MaxUint64, false): 1 << 64,
	} {
		if got := n.Float(); got != want {
			t.Errorf("Float of %v: got %v, want %v", n, got, want)
		}
	}
}
