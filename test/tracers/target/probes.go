package main

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/go-usdt/usdt/stapsdt"
)

// probe is a probe and how to fire it with the values of a JSON array.
type probe struct {
	*stapsdt.Probe
	fire func(args []byte) error
}

// mixed has text and bytes between numbers.
type mixed = stapsdt.Probe4[string, int32, []byte, string]

// declare adds a probe of each type, named after it, and some of further shapes.
func declare(provider *stapsdt.Provider) *target {
	probes := map[string]probe{
		"int8":    unary[int8](provider, "int8"),
		"int16":   unary[int16](provider, "int16"),
		"int32":   unary[int32](provider, "int32"),
		"int64":   unary[int64](provider, "int64"),
		"uint8":   unary[uint8](provider, "uint8"),
		"uint16":  unary[uint16](provider, "uint16"),
		"uint32":  unary[uint32](provider, "uint32"),
		"uint64":  unary[uint64](provider, "uint64"),
		"bool":    unary[bool](provider, "bool"),
		"float32": unary[float32](provider, "float32"),
		"float64": unary[float64](provider, "float64"),
		"string":  unary[string](provider, "string"),
		"long":    unary[string](provider, "long"),
		"bytes":   unary[[]byte](provider, "bytes"),
	}
	for _, name := range []string{"none", "ready"} {
		p := stapsdt.MustProbe0(provider, name)
		probes[name] = probe{&p.Probe, nullary(p)}
	}
	six := stapsdt.MustProbe6[uint64, int8, uint16, int32, int16, int64](provider, "six")
	probes["six"] = probe{&six.Probe, senary(six)}
	mixed := stapsdt.MustProbe4[string, int32, []byte, string](provider, "mixed")
	probes["mixed"] = probe{&mixed.Probe, quaternary(mixed)}
	dynamic, err := provider.AddProbe("dynamic", stapsdt.Int8, stapsdt.String, stapsdt.Bytes)
	if err != nil {
		panic(err)
	}
	probes["dynamic"] = probe{dynamic, runtimeTyped(dynamic)}
	if provider.Name() == "shop" {
		maps.Copy(probes, declareShop(provider))
	}
	return &target{provider: provider, probes: probes, mixed: mixed}
}

func nullary(p *stapsdt.Probe0) func([]byte) error {
	return func(args []byte) error {
		err := decode(args)
		if err == nil {
			p.Fire()
		}
		return err
	}
}

func unary[A stapsdt.Arg](provider *stapsdt.Provider, name string) probe {
	p := stapsdt.MustProbe1[A](provider, name)
	return probe{&p.Probe, func(args []byte) error {
		var a A
		err := decode(args, &a)
		if err == nil {
			p.Fire(a)
		}
		return err
	}}
}

func quaternary[A, B, C, D stapsdt.Arg](p *stapsdt.Probe4[A, B, C, D]) func([]byte) error {
	return func(args []byte) error {
		var a A
		var b B
		var c C
		var d D
		err := decode(args, &a, &b, &c, &d)
		if err == nil {
			p.Fire(a, b, c, d)
		}
		return err
	}
}

func senary[A, B, C, D, E, F stapsdt.Arg](p *stapsdt.Probe6[A, B, C, D, E, F]) func([]byte) error {
	return func(args []byte) error {
		var a A
		var b B
		var c C
		var d D
		var e E
		var f F
		err := decode(args, &a, &b, &c, &d, &e, &f)
		if err == nil {
			p.Fire(a, b, c, d, e, f)
		}
		return err
	}
}

func runtimeTyped(p *stapsdt.Probe) func([]byte) error {
	return func(args []byte) error {
		var a int8
		var b string
		var c []byte
		if err := decode(args, &a, &b, &c); err != nil {
			return err
		}
		return p.Fire(a, b, c)
	}
}

// decode fills values from a JSON array of as many elements.
func decode(args []byte, values ...any) error {
	var elements []json.RawMessage
	if err := json.Unmarshal(args, &elements); err != nil {
		return err
	}
	if len(elements) != len(values) {
		return fmt.Errorf("%d arguments, want %d", len(elements), len(values))
	}
	for i, v := range values {
		if err := json.Unmarshal(elements[i], v); err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
	}
	return nil
}
