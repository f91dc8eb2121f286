package filter

import (
	"cmp"
	"strconv"
)

// An Int is any int64 or uint64.
type Int struct {
	Negative  bool // never with a magnitude of 0
	Magnitude uint64
}

// IntOf returns the number whose 64-bit pattern is value.
func IntOf(value uint64, signed bool) Int {
	if signed && int64(value) < 0 {
		return Int{Negative: true, Magnitude: -value}
	}
	return Int{Magnitude: value}
}

// Bits returns the 64-bit pattern of the number, two's complement when it is negative.
func (i Int) Bits() uint64 {
	if i.Negative {
		return -i.Magnitude
	}
	return i.Magnitude
}

// Cmp orders two numbers: negative, 0 or positive, as i is less than, equal to or greater than j.
func (i Int) Cmp(j Int) int {
	switch {
	case i.Negative && j.Negative:
		return cmp.Compare(j.Magnitude, i.Magnitude)
	case i.Negative:
		return -1
	case j.Negative:
		return 1
	}
	return cmp.Compare(i.Magnitude, j.Magnitude)
}

func (i Int) String() string {
	text := strconv.FormatUint(i.Magnitude, 10)
	if i.Negative {
		return "-" + text
	}
	return text
}
