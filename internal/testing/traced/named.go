package main

import (
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// The types of the program's own.
type (
	Status uint8
	Cents  int64
	Ratio  float64
	Flag   bool
	Token  string
	Blob   []byte
)

// declareNamed adds a probe of each type that an argument can have. Each is called named_TYPE, its
// argument is called value, and its description has what is hard to print.
func (p *program) declareNamed() {
	for _, probe := range []probe{
		unary[int](p.provider, "named_int", "value"),
		unary[int8](p.provider, "named_int8", "value"),
		unary[int16](p.provider, "named_int16", "value"),
		unary[int32](p.provider, "named_int32", "value"),
		unary[int64](p.provider, "named_int64", "value"),
		unary[uint](p.provider, "named_uint", "value"),
		unary[uint8](p.provider, "named_uint8", "value"),
		unary[uint16](p.provider, "named_uint16", "value"),
		unary[uint32](p.provider, "named_uint32", "value"),
		unary[uint64](p.provider, "named_uint64", "value"),
		unary[uintptr](p.provider, "named_uintptr", "value"),
		unary[bool](p.provider, "named_bool", "value"),
		unary[float32](p.provider, "named_float32", "value"),
		unary[float64](p.provider, "named_float64", "value"),
		unary[string](p.provider, "named_string", "value"),
		unary[[]byte](p.provider, "named_bytes", "value"),
		unary[time.Duration](p.provider, "named_duration", "value"),
		unary[Status](p.provider, "named_status", "value"),
		unary[Cents](p.provider, "named_cents", "value"),
		unary[Ratio](p.provider, "named_ratio", "value"),
		unary[Flag](p.provider, "named_flag", "value"),
		unary[Token](p.provider, "named_token", "value"),
		unary[Blob](p.provider, "named_blob", "value"),
		nullary(p.provider, "named_none"),
		quaternary(stapsdt.MustProbe4[string, int32, []byte, time.Duration](p.provider, "named_mixed",
			"path", "status", "body", "took")),
	} {
		description := `"` + probe.Name() + `" is fired, größer <als> 'sonst'`
		if err := probe.SetDescription(description); err != nil {
			panic(err)
		}
		p.probes[probe.Name()] = probe
	}
}
