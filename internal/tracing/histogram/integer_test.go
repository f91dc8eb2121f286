package histogram

import (
	"encoding/json"
	"math"
	"testing"
)

func TestIntegers(t *testing.T) {
	inOrder := []Integer{
		MinInteger, NewInteger(1<<63+1, true), NewInteger(math.MaxUint64, true), {}, NewInteger(1<<53+1, false),
		NewInteger(math.MaxInt64, true), NewInteger(1<<63, false), NewInteger(math.MaxUint64, false),
	}
	texts := []string{
		"-9223372036854775808", "-9223372036854775807", "-1", "0", "9007199254740993",
		"9223372036854775807", "9223372036854775808", "18446744073709551615",
	}
	for i, n := range inOrder {
		if text, err := json.Marshal(n); string(text) != texts[i] || err != nil {
			t.Errorf("%d: got %s, %v", i, text, err)
		}
		for j, m := range inOrder {
			if got := n.Compare(m); got != compareInts(i, j) {
				t.Errorf("%v.Compare(%v): got %d", n, m, got)
			}
		}
		if i > 0 && inOrder[i-1].Float() > n.Float() {
			t.Errorf("%v: got %v", n, n.Float())
		}
	}
}

func compareInts(i, j int) int { return min(max(i-j, -1), 1) }

// TestLeast: the least value of a bucket is in it, and the one before is not.
func TestLeast(t *testing.T) {
	linear := mustLinear(t, -100, 101, 7)
	wide := mustLinear(t, math.MinInt64, math.MaxInt64, 1<<60)
	for name, scale := range map[string]Scale{"log2": Log2(), "linear": linear, "wide": wide} {
		for _, v := range []int64{math.MinInt64, -1 << 62, -12345, -101, -100, -17, -16, -1, 0, 1, 15, 16, 31, 32, 100, 101, 1<<53 + 1, math.MaxInt64} {
			index := scale.Bucket(uint64(v), true)
			least := scale.Least(index)
			if got := scale.Bucket(least.Bits, true); got != index {
				t.Errorf("%s: %v, the least of bucket %d of %d, is in bucket %d", name, least, index, v, got)
			}
			if before := scale.Bucket(least.Bits-1, true); before == index && least != MinInteger {
				t.Errorf("%s: less than %v is in bucket %d of %d, too", name, least, index, v)
			}
		}
	}
	if got := Log2().Least(975); got != NewInteger(31<<59, false) {
		t.Errorf("the last bucket: got %v", got)
	}
}

// TestExactMax has a value that no float64 is.
func TestExactMax(t *testing.T) {
	const largest = 1<<53 + 1
	h := of(Log2(), 1, largest, -5)
	if got := h.Unit.FormatInteger(h.Max); got != "9007199254740993" {
		t.Errorf("got %s", got)
	}
	h.Unit = Nanoseconds
	if got := h.Unit.FormatInteger(NewInteger(1500, false)); got != "1.5us" {
		t.Errorf("got %s", got)
	}
}
