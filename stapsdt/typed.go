package stapsdt

import (
	"reflect"
	"unsafe"
)

// The typed probes differ only in their number of arguments. Each Fire is small, so that the test
// of Enabled is inlined into the caller. The work that is done while a tracer is attached is in
// fire.

// Probe0 is a probe with no arguments.
type Probe0 struct{ Probe }

// NewProbe0 adds a probe to provider. Its errors are those of [Provider.AddProbe].
func NewProbe0(provider *Provider, name string) (*Probe0, error) {
	p := new(Probe0)
	if err := newProbe(&p.Probe, provider, name, nil, nil); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe0 is like [NewProbe0] but panics on an error, for use in global variables.
func MustProbe0(provider *Provider, name string) *Probe0 {
	return must(NewProbe0(provider, name))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe0) Fire() {
	if p.Enabled() {
		p.fire()
	}
}

//go:noinline
func (p *Probe0) fire() {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{})
}

// Probe1 is a probe with one argument.
type Probe1[A Arg] struct{ Probe }

// NewProbe1 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe1[A Arg](provider *Provider, name string, argNames ...string) (*Probe1[A], error) {
	p := new(Probe1[A])
	types := reflect.TypeFor[func(A)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe1 is like [NewProbe1] but panics on an error, for use in global variables.
func MustProbe1[A Arg](provider *Provider, name string, argNames ...string) *Probe1[A] {
	return must(NewProbe1[A](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe1[A]) Fire(a A) {
	if p.Enabled() {
		p.fire(a)
	}
}

//go:noinline
func (p *Probe1[A]) fire(a A) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{unsafe.Pointer(&a)})
}

// Probe2 is a probe with two arguments.
type Probe2[A, B Arg] struct{ Probe }

// NewProbe2 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe2[A, B Arg](provider *Provider, name string,
	argNames ...string) (*Probe2[A, B], error) {
	p := new(Probe2[A, B])
	types := reflect.TypeFor[func(A, B)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe2 is like [NewProbe2] but panics on an error, for use in global variables.
func MustProbe2[A, B Arg](provider *Provider, name string, argNames ...string) *Probe2[A, B] {
	return must(NewProbe2[A, B](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe2[A, B]) Fire(a A, b B) {
	if p.Enabled() {
		p.fire(a, b)
	}
}

//go:noinline
func (p *Probe2[A, B]) fire(a A, b B) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{unsafe.Pointer(&a), unsafe.Pointer(&b)})
}

// Probe3 is a probe with three arguments.
type Probe3[A, B, C Arg] struct{ Probe }

// NewProbe3 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe3[A, B, C Arg](provider *Provider, name string,
	argNames ...string) (*Probe3[A, B, C], error) {
	p := new(Probe3[A, B, C])
	types := reflect.TypeFor[func(A, B, C)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe3 is like [NewProbe3] but panics on an error, for use in global variables.
func MustProbe3[A, B, C Arg](provider *Provider, name string, argNames ...string) *Probe3[A, B, C] {
	return must(NewProbe3[A, B, C](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe3[A, B, C]) Fire(a A, b B, c C) {
	if p.Enabled() {
		p.fire(a, b, c)
	}
}

//go:noinline
func (p *Probe3[A, B, C]) fire(a A, b B, c C) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{unsafe.Pointer(&a), unsafe.Pointer(&b), unsafe.Pointer(&c)})
}

// Probe4 is a probe with four arguments.
type Probe4[A, B, C, D Arg] struct{ Probe }

// NewProbe4 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe4[A, B, C, D Arg](provider *Provider, name string,
	argNames ...string) (*Probe4[A, B, C, D], error) {
	p := new(Probe4[A, B, C, D])
	types := reflect.TypeFor[func(A, B, C, D)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe4 is like [NewProbe4] but panics on an error, for use in global variables.
func MustProbe4[A, B, C, D Arg](provider *Provider, name string,
	argNames ...string) *Probe4[A, B, C, D] {
	return must(NewProbe4[A, B, C, D](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe4[A, B, C, D]) Fire(a A, b B, c C, d D) {
	if p.Enabled() {
		p.fire(a, b, c, d)
	}
}

//go:noinline
func (p *Probe4[A, B, C, D]) fire(a A, b B, c C, d D) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{
		unsafe.Pointer(&a), unsafe.Pointer(&b),
		unsafe.Pointer(&c), unsafe.Pointer(&d),
	})
}

// Probe5 is a probe with five arguments.
type Probe5[A, B, C, D, E Arg] struct{ Probe }

// NewProbe5 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe5[A, B, C, D, E Arg](provider *Provider, name string,
	argNames ...string) (*Probe5[A, B, C, D, E], error) {
	p := new(Probe5[A, B, C, D, E])
	types := reflect.TypeFor[func(A, B, C, D, E)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe5 is like [NewProbe5] but panics on an error, for use in global variables.
func MustProbe5[A, B, C, D, E Arg](provider *Provider, name string,
	argNames ...string) *Probe5[A, B, C, D, E] {
	return must(NewProbe5[A, B, C, D, E](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe5[A, B, C, D, E]) Fire(a A, b B, c C, d D, e E) {
	if p.Enabled() {
		p.fire(a, b, c, d, e)
	}
}

//go:noinline
func (p *Probe5[A, B, C, D, E]) fire(a A, b B, c C, d D, e E) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{
		unsafe.Pointer(&a), unsafe.Pointer(&b), unsafe.Pointer(&c),
		unsafe.Pointer(&d), unsafe.Pointer(&e),
	})
}

// Probe6 is a probe with six arguments.
type Probe6[A, B, C, D, E, F Arg] struct{ Probe }

// NewProbe6 adds a probe to provider, and may name its arguments: see [Provider.AddProbeParams] for
// names and errors.
func NewProbe6[A, B, C, D, E, F Arg](provider *Provider, name string,
	argNames ...string) (*Probe6[A, B, C, D, E, F], error) {
	p := new(Probe6[A, B, C, D, E, F])
	types := reflect.TypeFor[func(A, B, C, D, E, F)]()
	if err := newTyped(&p.Probe, provider, name, types, argNames); err != nil {
		return nil, err
	}
	return p, nil
}

// MustProbe6 is like [NewProbe6] but panics on an error, for use in global variables.
func MustProbe6[A, B, C, D, E, F Arg](provider *Provider, name string,
	argNames ...string) *Probe6[A, B, C, D, E, F] {
	return must(NewProbe6[A, B, C, D, E, F](provider, name, argNames...))
}

// Fire enters the probe if a tracer is attached. It does not allocate, retains no argument, and
// cannot fail.
func (p *Probe6[A, B, C, D, E, F]) Fire(a A, b B, c C, d D, e E, f F) {
	if p.Enabled() {
		p.fire(a, b, c, d, e, f)
	}
}

//go:noinline
func (p *Probe6[A, B, C, D, E, F]) fire(a A, b B, c C, d D, e E, f F) {
	p.Probe.fire(&[MaxArgs]unsafe.Pointer{
		unsafe.Pointer(&a), unsafe.Pointer(&b), unsafe.Pointer(&c),
		unsafe.Pointer(&d), unsafe.Pointer(&e), unsafe.Pointer(&f),
	})
}
