package histogram

import (
	"math"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// Least returns the least value that a bucket can hold, whatever the splits.
func (s Scale) Least(index int) integer.Int {
	index = s.unsplit(index)
	switch {
	case s.Linear && index < 0:
		return integer.Min
	case s.Linear && index >= s.Len():
		return integer.Of(uint64(s.Hi), true) // #nosec G115 -- the same bits
	case s.Linear:
		least := s.Lo + int64(index)*s.Step    // less than Hi
		return integer.Of(uint64(least), true) // #nosec G115 -- the same bits
	case index < 0:
		least, width := s.log2Least(-index)
		return integer.Of(-min(least+width-1, -math.MinInt64), true)
	}
	least, _ := s.log2Least(index)
	return integer.Of(least, false)
}

// log2Least returns the least value of a bucket with an index from 0 on, of a Log2 scale, and how
// many values it holds.
func (s Scale) log2Least(index int) (least, width uint64) {
	if s.Inclusive && index > 0 {
		least, width = log2Least(index - 1)
		return least + 1, width
	}
	return log2Least(index)
}

// log2Least is Scale.log2Least for a scale that is not inclusive.
func log2Least(index int) (least, width uint64) {
	if index < subBuckets {
		return uint64(index), 1 // #nosec G115 -- not negative
	}
	shift := index/subBuckets - 1
	return uint64(subBuckets+index%subBuckets) << shift, 1 << shift
}

// representative returns the integer that represents a bucket: one in the middle, or one at the end
// of a linear scale.
func (s Scale) representative(index int) integer.Int {
	index = s.unsplit(index)
	switch {
	case s.Linear && index < 0:
		return integer.Of(uint64(s.Lo-1), true) // #nosec G115 -- a value is below Lo
	case s.Linear && index >= s.Len():
		return s.Least(index)
	case s.Linear:
		// #nosec G115 -- neither is negative
		width := min(uint64(s.Step), s.fromLo(s.Hi)-uint64(index)*uint64(s.Step))
		return integer.Of(s.Least(index).Bits+(width-1)/2, true)
	case index < 0:
		least, width := s.log2Least(-index)
		return integer.Of(-(least + (width-1)/2), true)
	}
	least, width := s.log2Least(index)
	return integer.Of(least+(width-1)/2, false)
}
