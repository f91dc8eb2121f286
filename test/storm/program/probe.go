//go:build linux

package main

import (
	"fmt"
	"log"
	"sync/atomic"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/test/storm/event"
)

// A probe is one of the storm's.
type probe struct {
	*stapsdt.Probe
	name  string // PROVIDER:PROBE
	fire  func(v *event.Values)
	fired atomic.Uint64
}

// A shape is how the arguments of a probe are typed. Places 1 and 4 have 8 bytes where they are
// texts, and place 2 where it is bytes, so that one command line of usdt is right for all shapes.
type shape struct {
	name  string
	types []stapsdt.ArgType
	typed func(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error)
	args  func(v *event.Values) []any
}

var shapes = []shape{
	{"narrow", []stapsdt.ArgType{stapsdt.Uint64, stapsdt.Int8, stapsdt.Uint8, stapsdt.Int16, stapsdt.Uint16,
		stapsdt.Uint64}, newNarrow, narrowArgs},
	{"wide", []stapsdt.ArgType{stapsdt.Uint64, stapsdt.Int32, stapsdt.Uint32, stapsdt.Int64, stapsdt.Float32,
		stapsdt.Uint64}, newWide, wideArgs},
	{"large", []stapsdt.ArgType{stapsdt.Uint64, stapsdt.Bool, stapsdt.Int32, stapsdt.Float64, stapsdt.Uint8,
		stapsdt.Uint64}, newLarge, largeArgs},
	{"mixed", []stapsdt.ArgType{stapsdt.Uint64, stapsdt.String, stapsdt.Bytes, stapsdt.String,
		stapsdt.Uint64}, newMixed, mixedArgs},
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

// add adds the probe number i to a provider: each shape typed, then each dynamic, then again with
// other names. The same numbers have like probes, so that what was unloaded fits what is loaded.
func add(p *stapsdt.Provider, i int) *probe {
	s := shapes[i%len(shapes)]
	name, declare := "typed_"+s.name, s.typed
	if i/len(shapes)%2 == 1 {
		name, declare = "dynamic_"+s.name, s.dynamic
	}
	if again := i / (2 * len(shapes)); again > 0 {
		name += fmt.Sprintf("_%d", again)
	}
	declared, fire, err := declare(p, name)
	if err != nil {
		log.Fatal(err)
	}
	return &probe{Probe: declared, name: p.Name() + ":" + name, fire: fire}
}

func (s shape) dynamic(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error) {
	q, err := p.AddProbe(name, s.types...)
	full := p.Name() + ":" + name
	return q, func(v *event.Values) {
		args := s.args(v)
		if err := q.Fire(append(args, event.Sum(full, args...))...); err != nil {
			log.Fatal(err)
		}
	}, err
}

func newNarrow(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error) {
	q, err := stapsdt.NewProbe6[uint64, int8, uint8, int16, uint16, uint64](p, name)
	if err != nil {
		return nil, nil, err
	}
	full := p.Name() + ":" + name
	return &q.Probe, func(v *event.Values) {
		q.Fire(v.Sequence, v.Int8, v.Uint8, v.Int16, v.Uint16, event.Sum(full, narrowArgs(v)...))
	}, nil
}

func newWide(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error) {
	q, err := stapsdt.NewProbe6[uint64, int32, uint32, int64, float32, uint64](p, name)
	if err != nil {
		return nil, nil, err
	}
	full := p.Name() + ":" + name
	return &q.Probe, func(v *event.Values) {
		q.Fire(v.Sequence, v.Int32, v.Uint32, v.Int64, v.Float32, event.Sum(full, wideArgs(v)...))
	}, nil
}

func newLarge(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error) {
	q, err := stapsdt.NewProbe6[uint64, bool, int32, float64, uint8, uint64](p, name)
	if err != nil {
		return nil, nil, err
	}
	full := p.Name() + ":" + name
	return &q.Probe, func(v *event.Values) {
		q.Fire(v.Sequence, v.Bool, v.Int32, v.Float64, v.Uint8, event.Sum(full, largeArgs(v)...))
	}, nil
}

// newMixed fires bytes that are on the goroutine's stack, which may move at any call.
func newMixed(p *stapsdt.Provider, name string) (*stapsdt.Probe, func(*event.Values), error) {
	q, err := stapsdt.NewProbe5[uint64, string, []byte, string, uint64](p, name)
	if err != nil {
		return nil, nil, err
	}
	full := p.Name() + ":" + name
	return &q.Probe, func(v *event.Values) {
		var local [event.MaxText]byte
		n := copy(local[:], v.Bytes)
		q.Fire(v.Sequence, v.Text, local[:n], v.Other, event.Sum(full, mixedArgs(v)...))
	}, nil
}
