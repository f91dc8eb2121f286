package histogram

import (
	"maps"
	"math"
	"slices"
)

// A Histogram is how often values of each bucket were seen.
type Histogram struct {
	Scale  Scale
	Counts map[int]uint64 // by index; nil is empty
	Unit   Unit           // of the values

	// What is known, when Exact is set: the sum of all values, as exactly as a float64 has it, and the
	// largest. Without it, Mean and the highest percentile are estimates too.
	Exact bool
	Sum   float64
	Max   Integer
}

// Add counts one value. A Histogram that gets all its values by Add is Exact.
func (h *Histogram) Add(v uint64, signed bool) {
	number := NewInteger(v, signed)
	if len(h.Counts) == 0 {
		h.Counts = map[int]uint64{}
		h.Exact, h.Sum, h.Max = true, 0, number
	}
	h.Counts[h.Scale.Bucket(v, signed)]++
	h.Sum += number.Float()
	if number.Compare(h.Max) > 0 {
		h.Max = number
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

// Mean returns the average: up to rounding when the sum is known, otherwise within the width of a bucket (1/32 of
// it on a Log2 scale when no value is negative). It is NaN when nothing was counted.
func (h *Histogram) Mean() float64 {
	sum := h.Sum
	if !h.Exact {
		sum = 0
		for index, count := range h.Counts {
			sum += h.Scale.middle(index) * float64(count)
		}
	}
	return sum / float64(h.Total())
}

// Percentile returns a value that p percent of the values do not exceed, p from 0 to 100. It is the
// middle of the bucket in which the true one is: on a Log2 scale the error is at most 1/32 of the true
// value, and there is none below 32; on a linear one half a step, or unknown outside of its range.
// Percentile(100) is the largest value if that is known, and nothing is reported above it. It is NaN when
// nothing was counted.
func (h *Histogram) Percentile(p float64) float64 {
	total := h.Total()
	if total == 0 {
		return math.NaN()
	}
	if h.Exact && p >= 100 {
		return h.Max.Float()
	}
	index := h.indexOf(rank(p, total))
	value := h.Scale.middle(index)
	if h.Exact {
		return min(value, h.Max.Float())
	}
	return value
}

// rank is how many of total values are at most the percentile (its nearest rank), at least 1.
func rank(p float64, total uint64) uint64 {
	n := math.Ceil(p / 100 * float64(total))
	return min(max(uint64(max(n, 0)), 1), total)
}

// indexOf returns the bucket of the value that has a rank, from 1, among all in order.
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

// indexes returns those of the buckets with values, in order.
func (h *Histogram) indexes() []int {
	var list []int
	for _, index := range slices.Sorted(maps.Keys(h.Counts)) {
		if h.Counts[index] > 0 {
			list = append(list, index)
		}
	}
	return list
}
