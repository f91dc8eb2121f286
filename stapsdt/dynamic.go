package stapsdt

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Fire enters the probe if a tracer is attached. It is for probes whose types are known at run time
// only. The typed probes are faster, and the compiler checks their arguments.
//
// An argument declared as an integer takes a value of any integer type, if the value fits. Bool,
// Float32, Float64, String and Bytes take their own type and named types of it; Float64 takes a
// float32, too. For an error, declare a String and pass err.Error().
//
// A wrong number of arguments is always an [ErrArgs]. A wrong type or value is an ErrArgs
// only while the probe is enabled. In that case nothing is fired.
//
// When the probe is disabled, neither Fire nor the conversion of its arguments to any allocates.
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
	return p.fireError(fmt.Errorf("%w: got %d, the probe was declared with %d", ErrArgs, n,
		len(p.types)))
}

func (p *Probe) fireError(err error) error {
	return &Error{Op: "fire", Provider: p.provider.name, Probe: p.name, Err: err}
}

// converted is an argument of a dynamic Fire.
type converted uint64

// place returns the address of the argument in the layout of t.
func (c *converted) place(t ArgType) unsafe.Pointer {
	one := converted(1)
	if *(*byte)(unsafe.Pointer(&one)) == 0 { // a big-endian machine
		return unsafe.Add(unsafe.Pointer(c), 8-max(wire[t][0], -wire[t][0]))
	}
	return unsafe.Pointer(c)
}

//go:noinline
func (p *Probe) fireAny(args []any) error {
	var words [MaxArgs]converted
	var values [MaxArgs]unsafe.Pointer
	for i, t := range p.types {
		v, err := words[i].set(t, args[i])
		if err != nil {
			return p.fireError(fmt.Errorf("%w %d: %w", ErrArgs, i, err))
		}
		values[i] = v
	}
	p.fire(&values)
	return nil
}

// set returns the address of arg in the layout of t: the address of c if arg had to be converted.
func (c *converted) set(t ArgType, arg any) (unsafe.Pointer, error) {
	if arg == nil {
		return nil, fmt.Errorf("nil, want %v", t)
	}
	v := reflect.ValueOf(arg)
	ok := false
	switch t {
	case Bool:
		if ok = v.Kind() == reflect.Bool; ok && v.Bool() {
			*c = 1
		}
	case Float32, Float64:
		var bits uint64
		bits, ok = floatBits(t, v)
		*c = converted(bits)
	case String:
		if v.Kind() == reflect.String {
			return valueOf(&arg), nil
		}
	case Bytes:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return valueOf(&arg), nil
		}
	default:
		return c.setInteger(t, v)
	}
	if !ok {
		return nil, mismatch(t, v.Type())
	}
	return c.place(t), nil
}

// valueOf returns the address of the value in a, which must not be of a pointer-shaped type: an
// interface holds the address of a value of any other type.
func valueOf(a *any) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(a))[1]
}

func (c *converted) setInteger(t ArgType, v reflect.Value) (unsafe.Pointer, error) {
	var fits bool
	switch {
	case v.CanInt():
		*c = converted(v.Int()) // #nosec G115 -- the same bits
		fits = t.fitsSigned(v.Int())
	case v.CanUint():
		*c = converted(v.Uint())
		fits = t.fitsUnsigned(v.Uint())
	default:
		return nil, mismatch(t, v.Type())
	}
	if !fits {
		return nil, fmt.Errorf("value of %s does not fit into %v", v.Type(), t)
	}
	return c.place(t), nil
}

func mismatch(want ArgType, got reflect.Type) error {
	return fmt.Errorf("%s, want %v", got, want)
}
