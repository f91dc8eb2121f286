package histogram

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A Histogram says how often values of each bucket were seen. The zero value is an empty histogram
// on the scale of Log2.
type Histogram struct {
	Scale  Scale
	Counts map[int]uint64 // by index of bucket; nil when empty
	Unit   Unit           // of the values

	Sum float64     // of all values
	Max integer.Int // the largest value, when there is one
}

// Add counts one value. A signed value is in v sign-extended to 64 bits.
func (h *Histogram) Add(v uint64, signed bool) {
	number := integer.Of(v, signed)
	h.AddBucket(h.Scale.Bucket(v, signed), 1, number.Float(), number)
}

// AddBucket counts values of the bucket index: how many there are, their sum, and the largest of
// them.
func (h *Histogram) AddBucket(index int, count uint64, sum float64, largest integer.Int) {
	if len(h.Counts) == 0 {
		h.Counts, h.Max = map[int]uint64{}, largest
	}
	h.Counts[index] += count
	h.Sum += sum
	if largest.Compare(h.Max) > 0 {
		h.Max = largest
	}
}

// Merge adds the values of another histogram, which has the same scale.
func (h *Histogram) Merge(other *Histogram) {
	sum, largest := other.Sum, other.Max
	for index, count := range other.Counts {
		h.AddBucket(index, count, sum, largest)
		sum = 0
	}
}

// Total returns how many values were counted.
func (h *Histogram) Total() uint64 {
	var n uint64
	for _, count := range h.Counts {
		n += count
	}
	return n
}

// Mean returns the average, exact up to rounding. It is NaN when nothing was counted.
func (h *Histogram) Mean() float64 { return h.Sum / float64(h.Total()) }

// Percentile returns a value that p percent of the values do not exceed, for p from 0 to 100. It is
// the middle of the bucket that holds the true percentile, or the largest value if that is less. On
// a Log2 scale the error is at most 1/32 of the true percentile, and 0 below 32. On a linear scale
// the error is at most half a step, and unknown outside of the scale's range. Percentile(100) is
// the largest value. The result is NaN when nothing was counted.
func (h *Histogram) Percentile(p float64) float64 {
	total := h.Total()
	if total == 0 {
		return math.NaN()
	}
	if p >= 100 {
		return h.Max.Float()
	}
	return min(h.Scale.Middle(h.indexOf(rank(p, total))), h.Max.Float())
}

// IsBelow reports whether a percentile is below the range of a linear scale.
func (h *Histogram) IsBelow(p float64) bool {
	return h.Scale.Linear && rank(p, h.Total()) <= h.Counts[-1]
}

// IsAbove reports whether a percentile is above the range of a linear scale.
func (h *Histogram) IsAbove(p float64) bool {
	return h.Scale.Linear && h.Percentile(p) >= float64(h.Scale.Hi)
}

// rank returns how many of total values are at most the percentile, by the nearest-rank method: at
// least 1. It takes p for the decimal number that is written for it: with floats, 99.9 percent of
// 1000 values would be 1000 of them.
func rank(p float64, total uint64) uint64 {
	n, ok := new(big.Rat).SetString(strconv.FormatFloat(p, 'f', -1, 64))
	if !ok || n.Sign() <= 0 {
		return 1
	}
	n.Mul(n, new(big.Rat).SetFrac(new(big.Int).SetUint64(total), big.NewInt(100)))
	whole, rest := new(big.Int).QuoRem(n.Num(), n.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return min(max(whole.Uint64(), 1), total)
}

// indexOf returns the bucket of the value with a rank, from 1, in the ascending order of all
// values.
func (h *Histogram) indexOf(rank uint64) int {
	indexes := h.indexes()
	for _, index := range indexes {
		count := h.Counts[index]
		if rank <= count {
			return index
		}
		rank -= count
	}
	return indexes[len(indexes)-1]
}

// indexes returns the indexes of the buckets with values, in ascending order.
func (h *Histogram) indexes() []int {
	var list []int
	for _, index := range slices.Sorted(maps.Keys(h.Counts)) {
		if h.Counts[index] > 0 {
			list = append(list, index)
		}
	}
	return list
}
