package collect

import (
	"math"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// Scale returns the scale by which the kernel divides values, so that each is on the right side of
// each bound, and of each power of two.
func (s Spec) Scale() histogram.Scale {
	scale := histogram.Scale{Inclusive: true}
	for _, bound := range s.Buckets.Bounds {
		scale.Splits = append(scale.Splits, toInteger(bound*s.Divisor))
	}
	return scale
}

// toInteger returns the largest integer that is at most v, which is exact up to rounding: 0.3 s are
// 300 ms. It is the nearest integer of 64 bits if there is none.
func toInteger(v float64) int64 {
	const rounding = 1e-12
	if nearest := math.Round(v); math.Abs(v-nearest) <= rounding*math.Abs(v) {
		v = nearest
	}
	switch v = math.Floor(v); {
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return int64(v)
}
