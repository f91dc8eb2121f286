package stapsdt

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Fire enters the probe if a tracer is attached. It is for probes that are known at run time
// only; the typed probes are faster and checked by the compiler.
//
// An argument declared as an integer takes a value of any integer type if it fits; Bool, Float32,
// Float64, String and Bytes take theirs and named types of these; Float64 takes a float32 too, and
// String an error, whose Error method is called, but not one that is a local variable of a caller:
// pass the result of its Error method then. A wrong number of arguments is always an ErrArgs, a
// wrong type or value only while the probe is enabled; nothing is fired then.
//
// When the probe is disabled, Fire does not allocate, nor do the conversions of its arguments to
// any.
func (p *Probe) Fire(args ...any) error {
	if len(args) != len(p.types) {
		return p.wrongCount(len(args))
	}
	if !p.Enabled() {
		return nil
	}
	return p.fireAny(args)
}

//go:noinline
func (p *Probe) wrongCount(n int) error {
	return p.fireError(fmt.Errorf("%w: got %d, the probe was declared with %d", ErrArgs, n, len(p.types)))
}

func (p *Probe) fireError(err error) error {
	return &Error{Op: "fire", Provider: p.provider.name, Probe: p.name, Err: err}
}

// operand holds an argument of a dynamic Fire that is converted to its declared type.
type operand struct {
	word uint64 // little-endian, so that its low bytes are the narrower types
	text string
}

//go:noinline
func (p *Probe) fireAny(args []any) error {
	var operands [MaxArgs]operand
	var values [MaxArgs]unsafe.Pointer
	for i, t := range p.types {
		v, err := operands[i].set(t, args[i])
		if err != nil {
			return p.fireError(fmt.Errorf("%w %d: %w", ErrArgs, i, err))
		}
		values[i] = v
	}
	p.fire(&values)
	return nil
}

// set returns where arg is in the layout of t, in o if it was converted.
func (o *operand) set(t ArgType, arg any) (unsafe.Pointer, error) {
	if arg == nil {
		return nil, fmt.Errorf("nil, want %v", t)
	}
	v := reflect.ValueOf(arg)
	ok := false
	switch t {
	case Bool:
		if ok = v.Kind() == reflect.Bool; ok && v.Bool() {
			o.word = 1
		}
	case Float32, Float64:
		o.word, ok = floatBits(t, v)
	case String:
		if v.Kind() == reflect.String {
			return valueOf(&arg), nil
		}
		text, err := errorText(arg)
		o.text = text
		return unsafe.Pointer(&o.text), err
	case Bytes:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return valueOf(&arg), nil
		}
	default:
		return o.setInteger(t, v)
	}
	if !ok {
		return nil, mismatch(t, v.Type())
	}
	return unsafe.Pointer(&o.word), nil
}

// valueOf returns the address of the value in a, which must not be a pointer or the like: an
// interface holds the address of any other value.
func valueOf(a *any) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(a))[1]
}

func (o *operand) setInteger(t ArgType, v reflect.Value) (unsafe.Pointer, error) {
	var fits bool
	switch {
	case v.CanInt():
		o.word = uint64(v.Int())
		fits = t.fitsSigned(v.Int())
	case v.CanUint():
		o.word = v.Uint()
		fits = t.fitsUnsigned(v.Uint())
	default:
		return nil, mismatch(t, v.Type())
	}
	if !fits {
		return nil, fmt.Errorf("value of %s does not fit into %v", v.Type(), t)
	}
	return unsafe.Pointer(&o.word), nil
}

func mismatch(want ArgType, got reflect.Type) error {
	return fmt.Errorf("%s, want %v", got, want)
}
