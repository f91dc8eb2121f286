//go:build linux

package main

import (
	"log"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/test/storm/event"
)

// A shape is how the arguments of a probe are typed, those between the sequence number and the
// checksum. Places 1 and 4 have 8 bytes only where they are texts, place 2 only where it is bytes:
// one command line of usdt is right for all shapes.
type shape struct {
	name  string
	types []stapsdt.ArgType
	args  func(v *event.Values) []any // all but the checksum
	typed declare
}

// declare adds a probe to a provider, and returns how to fire it.
type declare func(*stapsdt.Provider, string) (*stapsdt.Probe, func(*event.Values), error)

var shapes = []shape{
	{
		"narrow", []stapsdt.ArgType{stapsdt.Int8, stapsdt.Uint8, stapsdt.Int16, stapsdt.Uint16},
		narrowArgs, newNarrow,
	},
	{
		"wide", []stapsdt.ArgType{stapsdt.Int32, stapsdt.Uint32, stapsdt.Int64, stapsdt.Float32},
		wideArgs, newWide,
	},
	{
		"large", []stapsdt.ArgType{stapsdt.Bool, stapsdt.Int32, stapsdt.Float64, stapsdt.Uint8},
		largeArgs, newLarge,
	},
	{
		"mixed", []stapsdt.ArgType{stapsdt.String, stapsdt.Bytes, stapsdt.String},
		mixedArgs, newMixed,
	},
}

func narrowArgs(v *event.Values) []any {
	return []any{v.Sequence, v.Int8, v.Uint8, v.Int16, v.Uint16}
}

func wideArgs(v *event.Values) []any {
	return []any{v.Sequence, v.Int32, v.Uint32, v.Int64, v.Float32}
}

func largeArgs(v *event.Values) []any {
	return []any{v.Sequence, v.Bool, v.Int32, v.Float64, v.Uint8}
}

func mixedArgs(v *event.Values) []any {
	return []any{v.Sequence, v.Text, v.Bytes, v.Other}
}

// dynamic is a declare whose types are known at run time only.
func (s shape) dynamic(
	p *stapsdt.Provider, name string,
) (*stapsdt.Probe, func(*event.Values), error) {
	types := append([]stapsdt.ArgType{stapsdt.Uint64}, s.types...)
	q, err := p.AddProbe(name, append(types, stapsdt.Uint64)...)
	full := p.Name() + ":" + name
	return q, func(v *event.Values) {
		args := s.args(v)
		if err := q.Fire(append(args, event.Sum(full, args...))...); err != nil {
			log.Fatal(err)
		}
	}, err
}
