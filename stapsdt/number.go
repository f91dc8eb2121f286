package stapsdt

import (
	"math"
	"reflect"
)

// bits returns the width of the integer type t in bits, and whether t is signed.
func (t ArgType) bits() (n int, signed bool) {
	size := wire[t][0]
	if size < 0 {
		return -8 * size, true
	}
	return 8 * size, false
}

// fitsSigned reports whether v is a value of the integer type t.
func (t ArgType) fitsSigned(v int64) bool {
	n, signed := t.bits()
	if signed {
		return v<<(64-n)>>(64-n) == v
	}
	return v >= 0 && t.fitsUnsigned(uint64(v))
}

// fitsUnsigned reports whether v is a value of the integer type t.
func (t ArgType) fitsUnsigned(v uint64) bool {
	n, signed := t.bits()
	if signed {
		n--
	}
	return n == 64 || v>>n == 0
}

// floatBits returns the bits of v as the float type t. It is not ok if v is not a float, or is
// wider than t.
func floatBits(t ArgType, v reflect.Value) (bits uint64, ok bool) {
	switch {
	case v.Kind() == reflect.Float32 && t == Float32:
		return uint64(math.Float32bits(float32(v.Float()))), true
	case v.CanFloat() && t == Float64:
		return math.Float64bits(v.Float()), true
	}
	return 0, false
}
