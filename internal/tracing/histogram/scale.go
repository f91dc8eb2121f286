package histogram

import (
	"fmt"
	"math"
	"math/bits"
)

// MaxLinear is how many buckets a linear scale may have, not counting the two outside of its range.
const MaxLinear = 10000

// A Scale divides the integers into buckets. The zero Scale is that of Log2.
type Scale struct {
	Linear bool

	// A linear scale has buckets of Step values each, from Lo up to but without Hi, which may cut
	// off the last bucket.
	Lo, Hi, Step int64

	// Inclusive moves the bounds of the buckets of a Log2 scale by one value: a power of two, and any
	// other bound, then is the largest value of a bucket, not the least, as Prometheus has it. Such a
	// scale is not for drawing.
	Inclusive bool

	// Splits divide the buckets of a Log2 scale further: no bucket has values both of up to a split
	// and above it. They are in ascending order.
	Splits []int64
}

// Log2 returns the scale with 16 buckets for each power of two. The width of a bucket is at most
// 1/16 of its values, and each value below 32 has a bucket of its own. Negative values are divided
// in the same way.
//
//	v < 16:  v
//	else:    (e-3)*16 + (v>>(e-4))&15, with e = floor(log2 v); at most 975
//	v < 0:   minus the index of -v
func Log2() Scale { return Scale{} }

// Linear returns the scale of buckets that are step wide, from lo up to but without hi. Values
// below lo are in the bucket -1, and values from hi on are in the bucket after the last.
func Linear(lo, hi, step int64) (Scale, error) {
	if step <= 0 {
		return Scale{}, fmt.Errorf("linear scale: step %d must be above 0", step)
	}
	if hi <= lo {
		return Scale{}, fmt.Errorf(
			"linear scale: the upper end %d must be above the lower end %d", hi, lo)
	}
	s := Scale{Linear: true, Lo: lo, Hi: hi, Step: step}
	if n := s.count(); n > MaxLinear {
		return Scale{}, fmt.Errorf(
			"linear scale: %d buckets are too many; use a step of at least %d",
			n, s.stepFor(MaxLinear))
	}
	return s, nil
}

// count returns ceil((Hi-Lo)/Step).
func (s Scale) count() uint64 {
	return (s.fromLo(s.Hi)-1)/uint64(s.Step) + 1 // #nosec G115 -- Step is above 0
}

func (s Scale) stepFor(buckets uint64) uint64 { return (s.fromLo(s.Hi)-1)/buckets + 1 }

// fromLo returns v-Lo, which is not negative. The difference of two int64 fits in a uint64.
func (s Scale) fromLo(v int64) uint64 {
	return uint64(v) - uint64(s.Lo) // #nosec G115 -- two's complement
}

// Len returns how many buckets a linear scale has within its range. The bucket for values above the
// range has this index.
func (s Scale) Len() int { return int(s.count()) } // #nosec G115 -- at most MaxLinear

// Bucket returns the index of the bucket that a value belongs to. A signed value is in v
// sign-extended to 64 bits.
func (s Scale) Bucket(v uint64, signed bool) int {
	if s.Linear {
		return s.linear(v, signed)
	}
	return s.above(v, signed)*SplitStep + s.log2Of(v, signed)
}

func (s Scale) log2Of(v uint64, signed bool) int {
	if signed && v > math.MaxInt64 {
		return -s.log2Bucket(-v)
	}
	return s.log2Bucket(v)
}

// log2Bucket returns the index for a magnitude.
func (s Scale) log2Bucket(v uint64) int {
	if s.Inclusive && v > 0 {
		return log2Bucket(v-1) + 1
	}
	return log2Bucket(v)
}

func (s Scale) linear(bits uint64, signed bool) int {
	v := int64(bits)                    // #nosec G115 -- the same bits
	switch above := !signed && v < 0; { // larger than any int64
	case above || v >= s.Hi:
		return s.Len()
	case v < s.Lo:
		return -1
	}
	return int(s.fromLo(v) / uint64(s.Step)) // #nosec G115 -- Step is above 0, the index below Len
}

const (
	subBits    = 4
	subBuckets = 1 << subBits // for each power of two
)

func log2Bucket(v uint64) int {
	if v < subBuckets {
		return int(v)
	}
	e := bits.Len64(v) - 1
	next := v >> (e - subBits) & (subBuckets - 1) // the bits after the highest
	return (e-subBits+1)*subBuckets + int(next)   // #nosec G115 -- next is below subBuckets
}
