//go:build linux

package main

import (
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/test/storm/event"
)

// These declare probes whose types the compiler checks.

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
