package histogram

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestLog2Bucket(t *testing.T) {
	tests := []struct {
		v      uint64
		signed bool
		want   int
	}{
		{0, false, 0}, {1, false, 1}, {15, false, 15}, {16, false, 16}, {31, false, 31},
		{32, false, 32}, {33, false, 32}, {34, false, 33}, {63, false, 47}, {64, false, 48},
		{1000, false, 111}, {1024, false, 112}, {1<<63 - 1, true, 959}, {1 << 63, false, 960},
		{math.MaxUint64, false, 975},
		{math.MaxUint64, true, -1}, {^uint64(15), true, -16}, {^uint64(999), true, -111},
		{1 << 63, true, -960},
	}
	for _, test := range tests {
		if got := Log2().Bucket(test.v, test.signed); got != test.want {
			t.Errorf("Bucket(%#x, %v): got %d, want %d", test.v, test.signed, got, test.want)
		}
	}
}

// TestInclusive: each power of two is the last value of its bucket, on both sides of zero, and so
// is each other bound.
func TestInclusive(t *testing.T) {
	scale := Scale{Inclusive: true}
	for v := range uint64(33) {
		if got := scale.Bucket(v, false); got != int(v) {
			t.Errorf("Bucket(%d): got %d", v, got)
		}
	}
	for shift := range 59 {
		for bound := uint64(16); bound <= 32; bound++ {
			v := bound << shift
			at, after := scale.Bucket(v, false), scale.Bucket(v+1, false)
			if after != at+1 {
				t.Errorf("%#x is in bucket %d, and the next value in %d", v, at, after)
			}
			if got := scale.Bucket(-v, true); got != -at {
				t.Errorf("-%#x is in bucket %d, want %d", v, got, -at)
			}
		}
	}
	if got := scale.Bucket(math.MaxUint64, false); got != 976 {
		t.Errorf("the largest value is in bucket %d", got)
	}
}

// TestMiddle: the value that represents a bucket is in it, also where splits divide it.
func TestMiddle(t *testing.T) {
	splits := []int64{-70, -1, 0, 40, 1000, 1e9}
	for _, s := range []Scale{Log2(), {Inclusive: true}, {Splits: splits},
		{Inclusive: true, Splits: splits}} {
		for _, v := range []int64{-1 << 40, -1000, -71, -70, -69, -33, -1, 0, 1, 32, 33, 40, 41, 64,
			999, 1000, 1001, 1 << 20, 1e9, 1e9 + 1} {
			index := s.Bucket(uint64(v), true)
			middle := s.Middle(index)
			down, up := int64(math.Floor(middle)), int64(math.Ceil(middle))
			if s.Bucket(uint64(down), true) != index || s.Bucket(uint64(up), true) != index {
				t.Errorf("%+v: bucket %d of %d has the middle %v", s, index, v, middle)
			}
		}
	}
}

func mustLinear(t testing.TB, lo, hi, step int64) Scale {
	t.Helper()
	s, err := Linear(lo, hi, step)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLinearBucket(t *testing.T) {
	s := mustLinear(t, -10, 25, 10) // -10, 0, 10, 20 up to 25
	if s.Len() != 4 {
		t.Fatalf("Len: got %d, want 4", s.Len())
	}
	tests := []struct {
		v      int64
		signed bool
		want   int
	}{
		{math.MinInt64, true, -1}, {-11, true, -1}, {-10, true, 0}, {-1, true, 0},
		{0, true, 1}, {9, true, 1},
		{10, false, 2}, {24, false, 3}, {25, false, 4}, {math.MaxInt64, true, 4},
		{-1, false, 4}, {math.MinInt64, false, 4}, // above MaxInt64
	}
	for _, test := range tests {
		if got := s.Bucket(uint64(test.v), test.signed); got != test.want {
			t.Errorf("Bucket(%d, %v): got %d, want %d", test.v, test.signed, got, test.want)
		}
	}
}

func TestLinearOfEverything(t *testing.T) {
	s := mustLinear(t, math.MinInt64, math.MaxInt64, 1<<60)
	for v, want := range map[int64]int{
		math.MinInt64: 0, -1: 7, 0: 8, math.MaxInt64 - 1: 15, math.MaxInt64: 16,
	} {
		if got := s.Bucket(uint64(v), true); got != want {
			t.Errorf("Bucket(%d): got %d, want %d", v, got, want)
		}
	}
}

func TestLinearErrors(t *testing.T) {
	tests := []struct {
		lo, hi, step int64
		want         string
	}{
		{0, 10, 0, "step 0 must be above 0"},
		{0, 10, -1, "step -1 must be above 0"},
		{5, 5, 1, "upper end 5 must be above the lower end 5"},
		{5, -5, 1, "upper end -5 must be above the lower end 5"},
		{0, 10001, 1, "10001 buckets are too many; use a step of at least 2"},
		{math.MinInt64, math.MaxInt64, 1, "use a step of at least 1844674407370956"},
	}
	for _, test := range tests {
		_, err := Linear(test.lo, test.hi, test.step)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Linear(%d, %d, %d): got %v, want …%s…",
				test.lo, test.hi, test.step, err, test.want)
		}
	}
	mustLinear(t, 0, 10000, 1)
	mustLinear(t, 0, 10001, 2)
	mustLinear(t, math.MinInt64, math.MaxInt64, 1844674407370956)
}

// TestBounds compares Bounds with Bucket: the values at both ends are in the bucket, and the values
// beyond the ends are not.
func TestBounds(t *testing.T) {
	for _, s := range []Scale{Log2(), mustLinear(t, -100, 1000, 7), mustLinear(t, 0, 10, 100)} {
		first, last := -900, 900 // where every bound of Log2 is an int64
		if s.Linear {
			first, last = 0, s.Len()-1
		}
		for index := first; index <= last; index++ {
			lo, hi := s.Bounds(index)
			low, high := int64(lo), int64(hi)
			if index < 0 {
				low, high = low+1, high+1
			}
			for v, inside := range map[int64]bool{
				low: true, high - 1: true, low - 1: false, high: false,
			} {
				if got := s.Bucket(uint64(v), true); (got == index) != inside {
					t.Fatalf("%+v: bucket %d is from %v to %v, but %d is in %d",
						s, index, lo, hi, v, got)
				}
			}
		}
	}
}

func TestOutermostBounds(t *testing.T) {
	if lo, hi := Log2().Bounds(975); lo != 31*math.Ldexp(1, 59) || hi != math.Ldexp(1, 64) {
		t.Errorf("the last of Log2: got %v to %v", lo, hi)
	}
	s := mustLinear(t, 0, 10, 3)
	if lo, hi := s.Bounds(-1); !math.IsInf(lo, -1) || hi != 0 {
		t.Errorf("below: got %v to %v", lo, hi)
	}
	if lo, hi := s.Bounds(4); lo != 10 || !math.IsInf(hi, 1) {
		t.Errorf("above: got %v to %v", lo, hi)
	}
	if lo, hi := s.Bounds(3); lo != 9 || hi != 10 {
		t.Errorf("the last one, cut off: got %v to %v", lo, hi)
	}
}

// TestRowOfBucket: a row holds whole buckets.
func TestRowOfBucket(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10000 {
		v := r.Uint64() >> r.IntN(64)
		signed := r.IntN(2) == 0
		number := float64(v)
		if signed {
			number = float64(int64(v))
		}
		lo, hi := Log2().rowBounds(Log2().row(Log2().Bucket(v, signed)))
		inside := lo <= number && number < hi || number < 0 && lo < number && number <= hi
		if !inside && number < math.Ldexp(1, 53) { // a larger float64 may be rounded up to hi
			t.Fatalf("%v is in the row from %v to %v", number, lo, hi)
		}
	}
}
