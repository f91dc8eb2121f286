// Package integer holds any 64-bit integer, signed or unsigned.
package integer

import (
	"cmp"
	"math"
	"strconv"
)

// An Int is any int64 or uint64: a number from -1<<63 to 1<<64-1. A float64 would round it. Equal
// numbers are equal by ==. The zero value is 0.
type Int struct {
	Bits     uint64 // in two's complement when the number is negative
	Negative bool
}

// Min is the least Int.
var Min = Int{Bits: 1 << 63, Negative: true}

// Of returns the number whose 64-bit pattern is bits: of an int64 when it is signed, otherwise of a
// uint64.
func Of(bits uint64, signed bool) Int {
	return Int{Bits: bits, Negative: signed && bits > math.MaxInt64}
}

// Compare returns a negative number, 0 or a positive number when i is less than, equal to or
// greater than j.
func (i Int) Compare(j Int) int {
	switch {
	case i.Negative && !j.Negative:
		return -1
	case !i.Negative && j.Negative:
		return 1
	}
	return cmp.Compare(i.Bits, j.Bits) // two's complement keeps the order of negative numbers
}

// Float returns the nearest float64.
func (i Int) Float() float64 {
	if i.Negative {
		return float64(int64(i.Bits)) // #nosec G115 -- the same bits
	}
	return float64(i.Bits)
}

// String writes the number in decimal, with all its digits.
func (i Int) String() string {
	if i.Negative {
		return strconv.FormatInt(int64(i.Bits), 10) // #nosec G115 -- the same bits
	}
	return strconv.FormatUint(i.Bits, 10)
}

// MarshalJSON writes a JSON number with all its digits.
func (i Int) MarshalJSON() ([]byte, error) { return []byte(i.String()), nil }
