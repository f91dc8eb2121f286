package histogram

import "math"

// Bounds returns the range of the values in a bucket, whatever the splits: lo <= v < hi. For a
// negative index of a Log2 scale the range is lo < v <= hi, the mirror image. The outermost buckets
// of a linear scale have an infinite end.
//
// Bounds are exact on a Log2 scale. On a linear scale they are exact up to a magnitude of 1<<53.
func (s Scale) Bounds(index int) (lo, hi float64) {
	if s.Linear {
		return s.linearBounds(index)
	}
	index = s.unsplit(index)
	if index < 0 {
		lo, hi = log2Bounds(-index)
		return -hi, -lo
	}
	return log2Bounds(index)
}

func (s Scale) linearBounds(index int) (lo, hi float64) {
	first, last, step := float64(s.Lo), float64(s.Hi), float64(s.Step)
	switch {
	case index < 0:
		return math.Inf(-1), first
	case index >= s.Len():
		return last, math.Inf(1)
	}
	return first + float64(index)*step, min(first+float64(index+1)*step, last)
}

func log2Bounds(index int) (lo, hi float64) {
	least, width := log2Least(index)
	return float64(least), float64(least) + float64(width)
}

// Middle returns the value that represents a bucket: the middle of its integers, or its finite end
// if the other end is infinite.
func (s Scale) Middle(index int) float64 {
	index = s.unsplit(index)
	lo, hi := s.Bounds(index)
	switch {
	case math.IsInf(lo, 0):
		return hi
	case math.IsInf(hi, 0):
		return lo
	case !s.Linear && index < 0:
		return (lo + 1 + hi) / 2
	}
	return (lo + hi - 1) / 2
}
