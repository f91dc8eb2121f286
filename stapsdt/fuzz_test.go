package stapsdt

import (
	"errors"
	"math/big"
	"reflect"
	"regexp"
	"testing"
)

// FuzzName compares checkName with a regular expression.
func FuzzName(f *testing.F) {
	f.Add("order_start.v2-x")
	f.Add("2nd")
	f.Add("a:b")
	allowed := regexp.MustCompile(`^[A-Za-z_.-][A-Za-z0-9_.-]{0,127}$`)
	f.Fuzz(func(t *testing.T, name string) {
		err := checkName(name)
		if want := allowed.MatchString(name); (err == nil) != want {
			t.Errorf("%q: got %v, want allowed %t", name, err, want)
		}
		if err != nil && !errors.Is(err, ErrName) {
			t.Errorf("%q: error of another kind: %v", name, err)
		}
	})
}

// integers are the types of Go that a dynamic Fire converts to integers.
var integers = []reflect.Type{
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](),
	reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](),
	reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[uintptr](), reflect.TypeFor[ArgType](),
}

// FuzzConvertInteger holds the conversions of a dynamic Fire to arithmetic without limits: a value
// of any integer type arrives as it is, or is refused because the declared type does not have it.
func FuzzConvertInteger(f *testing.F) {
	f.Add(uint8(Int8), uint8(4), uint64(1<<63))
	f.Add(uint8(Uint64), uint8(0), ^uint64(0))
	f.Add(uint8(Int32), uint8(9), uint64(1<<31))
	f.Fuzz(func(t *testing.T, declared, given uint8, bits uint64) {
		want := ArgType(declared)%Uint64 + 1
		v := reflect.ValueOf(bits).Convert(integers[int(given)%len(integers)])
		value := new(big.Int)
		if v.CanInt() {
			value.SetInt64(v.Int())
		} else {
			value.SetUint64(v.Uint())
		}
		n, signed := want.bits()
		least, end := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), uint(n))
		if signed {
			end.Rsh(end, 1)
			least.Neg(end)
		}
		fits := value.Cmp(least) >= 0 && value.Cmp(end) < 0

		var word converted
		at, err := word.set(want, v.Interface())
		if (err == nil) != fits {
			t.Fatalf("%s(%v) as %v: got %v, want fits %t", v.Type(), value, want, err, fits)
		}
		if err != nil {
			return
		}
		got := new(big.Int).SetUint64(want.load(at))
		if signed {
			got.SetInt64(int64(want.load(at)))
		}
		if got.Cmp(value) != 0 {
			t.Errorf("%s(%v) as %v is %v", v.Type(), value, want, got)
		}
	})
}
