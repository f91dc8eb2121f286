package histogram

import (
	"cmp"
	"math"
	"strconv"
)

// An Integer is one of 64 bits, of either kind: from -1<<63 to 1<<64-1. A float64 has no room for that.
type Integer struct {
	Bits     uint64
	Negative bool // Bits are those of an int64
}

// MinInteger is the least one.
var MinInteger = Integer{Bits: 1 << 63, Negative: true}

// NewInteger returns what v is as an int64, when it is signed, or as it stands.
func NewInteger(v uint64, signed bool) Integer {
	return Integer{Bits: v, Negative: signed && int64(v) < 0}
}

// Compare orders integers as [cmp.Compare] does.
func (i Integer) Compare(j Integer) int {
	if i.Negative != j.Negative {
		return cmp.Compare(j.sign(), i.sign())
	}
	return cmp.Compare(i.Bits, j.Bits)
}

func (i Integer) sign() int {
	if i.Negative {
		return 1
	}
	return 0
}

// Float returns the nearest float64.
func (i Integer) Float() float64 {
	if i.Negative {
		return float64(int64(i.Bits))
	}
	return float64(i.Bits)
}

// String writes all digits.
func (i Integer) String() string {
	if i.Negative {
		return strconv.FormatInt(int64(i.Bits), 10)
	}
	return strconv.FormatUint(i.Bits, 10)
}

// MarshalJSON makes it a number.
func (i Integer) MarshalJSON() ([]byte, error) { return []byte(i.String()), nil }

// Least returns the least value that a bucket can have.
func (s Scale) Least(index int) Integer {
	switch {
	case s.Linear && index < 0:
		return MinInteger
	case s.Linear && index >= s.Len():
		return NewInteger(uint64(s.Hi), true)
	case s.Linear:
		return NewInteger(uint64(s.Lo)+uint64(index)*uint64(s.Step), true)
	case index < 0:
		least, width := log2Least(-index)
		return NewInteger(-min(least+width-1, -math.MinInt64), true)
	}
	least, _ := log2Least(index)
	return Integer{Bits: least}
}

// log2Least returns the least value of a bucket and how many values it has.
func log2Least(index int) (least, width uint64) {
	if index < subBuckets {
		return uint64(index), 1
	}
	shift := index/subBuckets - 1
	return uint64(subBuckets+index%subBuckets) << shift, 1 << shift
}
