package main

import "github.com/go-usdt/usdt/stapsdt"

// mixed has text and bytes between numbers.
type mixed = stapsdt.Probe4[string, int32, []byte, string]

// declareTyped adds a probe of each type, which is named after it, and some of further shapes. It
// returns the declarations of those whose types are only known at run time.
func (p *program) declareTyped() []string {
	for _, probe := range []probe{
		unary[int8](p.provider, "int8"),
		unary[int16](p.provider, "int16"),
		unary[int32](p.provider, "int32"),
		unary[int64](p.provider, "int64"),
		unary[uint8](p.provider, "uint8"),
		unary[uint16](p.provider, "uint16"),
		unary[uint32](p.provider, "uint32"),
		unary[uint64](p.provider, "uint64"),
		unary[bool](p.provider, "bool"),
		unary[float32](p.provider, "float32"),
		unary[float64](p.provider, "float64"),
		unary[string](p.provider, "string"),
		unary[string](p.provider, "long"),
		unary[[]byte](p.provider, "bytes"),
		nullary(p.provider, "none"),
		nullary(p.provider, "ready"),
		senary(stapsdt.MustProbe6[uint64, int8, uint16, int32, int16, int64](p.provider, "six")),
	} {
		p.probes[probe.Name()] = probe
	}
	p.mixed = stapsdt.MustProbe4[string, int32, []byte, string](p.provider, "mixed")
	p.probes["mixed"] = quaternary(p.mixed)
	if p.provider.Name() == "shop" {
		p.declareShop()
	}
	p.declareNamed()
	return []string{"dynamic:int8,string,bytes", "named_dynamic:id=int64,path=string,body=bytes"}
}

// typed returns a probe whose arguments are decoded into values, which fire uses. The values are
// the probe's only ones, so pulse excludes fire.
func typed(p *stapsdt.Probe, fire func(), values ...any) probe {
	return probe{p, func(array string) (func() error, error) {
		err := decode(array, values...)
		return func() error { fire(); return nil }, err
	}}
}

func nullary(provider *stapsdt.Provider, name string) probe {
	p := stapsdt.MustProbe0(provider, name)
	return typed(&p.Probe, p.Fire)
}

func unary[A stapsdt.Arg](provider *stapsdt.Provider, name string, argNames ...string) probe {
	p := stapsdt.MustProbe1[A](provider, name, argNames...)
	var a A
	return typed(&p.Probe, func() { p.Fire(a) }, &a)
}

func quaternary[A, B, C, D stapsdt.Arg](p *stapsdt.Probe4[A, B, C, D]) probe {
	var a A
	var b B
	var c C
	var d D
	return typed(&p.Probe, func() { p.Fire(a, b, c, d) }, &a, &b, &c, &d)
}

func senary[A, B, C, D, E, F stapsdt.Arg](p *stapsdt.Probe6[A, B, C, D, E, F]) probe {
	var a A
	var b B
	var c C
	var d D
	var e E
	var f F
	return typed(&p.Probe, func() { p.Fire(a, b, c, d, e, f) }, &a, &b, &c, &d, &e, &f)
}
