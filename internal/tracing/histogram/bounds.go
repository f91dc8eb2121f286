package histogram

import "math"

// Bounds returns the range of the values in a bucket, whatever the splits: lo <= v < hi. For a
// negative index of a Log2 scale the range is lo < v <= hi, the mirror image. The outermost buckets
// of a linear scale have an infinite end.
//
// Bounds are exact on a Log2 scale that is not inclusive, and on others up to a magnitude of 1<<53.
func (s Scale) Bounds(index int) (lo, hi float64) {
	if s.Linear {
		return s.linearBounds(index)
	}
	index = s.unsplit(index)
	if index < 0 {
		lo, hi = s.log2Bounds(-index)
		return -hi, -lo
	}
	return s.log2Bounds(index)
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

func (s Scale) log2Bounds(index int) (lo, hi float64) {
	least, width := s.log2Least(index)
	return float64(least), float64(least) + float64(width)
}

// Middle returns the value that represents a bucket: the middle of its integers, or its finite end
// if the other end is infinite.
func (s Scale) Middle(index int) float64 {
	lo, hi := s.Bounds(index)
	switch {
	case math.IsInf(lo, 0):
		return hi
	case math.IsInf(hi, 0):
		return lo
	}
	first, last := lo, hi-1
	if !s.Linear && s.unsplit(index) < 0 {
		first, last = lo+1, hi
	}
	above := s.Above(index)
	if above > 0 {
		first = max(first, float64(s.Splits[above-1])+1)
	}
	if above < len(s.Splits) {
		last = min(last, float64(s.Splits[above]))
	}
	return (first + last) / 2
}
