package stapsdt

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/go-usdt/usdt/cstub"
)

// MaxArgs is the number of places that a probe's arguments may take: those registers of a C call
// that every tracer reads. A []byte takes two places, any other argument one.
const MaxArgs = cstub.MaxArgs

// MaxText is the number of bytes of a string that are passed at most. The rest is cut off, so that
// a tracer cannot make the program copy without bounds.
const MaxText = 64 << 10

// ArgType is the declared type of a probe's argument. It says what a tracer sees.
type ArgType uint8

// The argument types. A value that is narrower than a register is extended to 64 bits, by its sign
// if it is signed.
const (
	Int8    ArgType = iota + 1 // 1 byte, signed
	Int16                      // 2 bytes, signed
	Int32                      // 4 bytes, signed
	Int64                      // 8 bytes, signed; also int
	Uint8                      // 1 byte, unsigned
	Uint16                     // 2 bytes, unsigned
	Uint32                     // 4 bytes, unsigned
	Uint64                     // 8 bytes, unsigned; also uint and uintptr
	Bool                       // 1 byte, 0 or 1
	Float32                    // the 4 bytes of math.Float32bits, unsigned
	Float64                    // the 8 bytes of math.Float64bits, unsigned
	String                     // the address of a copy of at most MaxText bytes, and a NUL
	Bytes                      // the address of the bytes; then their number: 8 bytes, signed
)

// Arg is every type that an argument of a typed probe can have.
type Arg interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~bool | ~float32 | ~float64 | ~string | ~[]byte
}

var argTypeNames = [...]string{
	Int8: "Int8", Int16: "Int16", Int32: "Int32", Int64: "Int64",
	Uint8: "Uint8", Uint16: "Uint16", Uint32: "Uint32", Uint64: "Uint64",
	Bool: "Bool", Float32: "Float32", Float64: "Float64", String: "String", Bytes: "Bytes",
}

// String returns the name of the constant.
func (t ArgType) String() string {
	if !t.valid() {
		return "ArgType(" + strconv.Itoa(int(t)) + ")"
	}
	return argTypeNames[t]
}

func (t ArgType) valid() bool { return t >= Int8 && t <= Bytes }

// wordIs64 is 1 if int has 8 bytes, as on every platform with tracers, and 0 if it has 4.
const wordIs64 = ArgType(^uint(0) >> 63)

// argTypeOf has the type with the memory layout of an [Arg], by its kind.
var argTypeOf = [...]ArgType{
	reflect.Int8: Int8, reflect.Int16: Int16, reflect.Int32: Int32, reflect.Int64: Int64,
	reflect.Uint8: Uint8, reflect.Uint16: Uint16, reflect.Uint32: Uint32, reflect.Uint64: Uint64,
	reflect.Int: Int32 + wordIs64, reflect.Uint: Uint32 + wordIs64, reflect.Uintptr: Uint32 + wordIs64,
	reflect.Bool: Bool, reflect.Float32: Float32, reflect.Float64: Float64,
	reflect.String: String, reflect.Slice: Bytes,
}

// wire has the places of each type as stapsdt notes describe them: the sizes in bytes, negative
// when signed.
var wire = [...][]int{
	Int8: {-1}, Int16: {-2}, Int32: {-4}, Int64: {-8},
	Uint8: {1}, Uint16: {2}, Uint32: {4}, Uint64: {8},
	Bool: {1}, Float32: {4}, Float64: {8}, String: {8}, Bytes: {8, -8},
}

// isAddress reports whether the argument's first place holds an address.
func (t ArgType) isAddress() bool { return t >= String }

// load returns the word that goes into a register for the argument at v, which has the layout of t
// and is not an address. The word is extended to 64 bits, by the sign if t is signed.
//
// #nosec G115 -- the sign is meant to be extended
func (t ArgType) load(v unsafe.Pointer) uint64 {
	switch t {
	case Int8:
		return uint64(*(*int8)(v))
	case Int16:
		return uint64(*(*int16)(v))
	case Int32:
		return uint64(*(*int32)(v))
	case Uint8, Bool:
		return uint64(*(*uint8)(v))
	case Uint16:
		return uint64(*(*uint16)(v))
	case Uint32, Float32:
		return uint64(*(*uint32)(v))
	}
	return *(*uint64)(v)
}

// wireSizes returns the places of all the arguments in order.
func wireSizes(types []ArgType) ([]int, error) {
	var sizes []int
	for i, t := range types {
		if !t.valid() {
			return nil, fmt.Errorf("%w %d: %v is not an argument type", ErrArgs, i, t)
		}
		sizes = append(sizes, wire[t]...)
	}
	if len(sizes) > MaxArgs {
		return nil, fmt.Errorf("%w: they take %d places, at most %d (a []byte takes two)",
			ErrTooManyArgs, len(sizes), MaxArgs)
	}
	return sizes, nil
}
