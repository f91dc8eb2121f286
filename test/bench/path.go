//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"runtime"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/test/bench/plain"
)

// A path is one way to fire a probe. Its loop fires n times.
type path struct {
	name string
	args string
	loop func(n int64)
	file string // the image that has the probe's site, "" when the loop enters none
	site string // the probe's name

	batch int64 // how many fires one operation of the benchmark has
}

// batch is large because b.Loop itself costs up to 2 ns, more than the fire that is to be measured.
const batch = 1000

const (
	noArgs = ""
	ints   = "2 integers"
	text   = "string, int64"
)

// Names of paths that the table and the expectations look for.
const (
	empty    = "empty loop"
	enabled  = "Enabled"
	typed    = "typed Fire"
	dynamic  = "dynamic Fire"
	plainAsk = "plain wrapper, probeIsEnabled"
	plainGo  = "plain wrapper"
	cgoCall  = "probeFire, one cgo call each"
	loopInC  = "probeFire, loop in C"
)

// customer is the value of all string arguments. It is a variable, so that the compiler does not
// take it for a constant.
var customer = "customer-4711.eu"

// goProbes is a provider of package stapsdt with the same two probes as those of package plain.
type goProbes struct {
	provider *stapsdt.Provider
	ints     *stapsdt.Probe2[int64, int64]
	text     *stapsdt.Probe2[string, int64]
}

func loadGo(name string) (*goProbes, error) {
	p := stapsdt.MustProvider(name)
	g := &goProbes{p, stapsdt.MustProbe2[int64, int64](p, "ints"),
		stapsdt.MustProbe2[string, int64](p, "text")}
	return g, p.Load()
}

// The loops below fire their counter: the compiler would convert constant arguments only once.

func emptyLoop() path {
	return path{empty, noArgs, func(n int64) {
		for range n {
		}
	}, "", "", batch}
}

func (g *goProbes) enabled() path {
	return path{enabled, noArgs, func(n int64) {
		probe, traced := g.ints, 0
		for range n {
			if probe.Enabled() {
				traced++
			}
		}
		runtime.KeepAlive(traced) // so that the loop is not left empty
	}, g.provider.Path(), "ints", batch}
}

func (g *goProbes) fires() []path {
	file := g.provider.Path()
	return []path{
		{typed, ints, func(n int64) {
			probe := g.ints
			for i := range n {
				probe.Fire(i, i)
			}
		}, file, "ints", batch},
		{dynamic, ints, func(n int64) {
			probe := &g.ints.Probe
			for i := range n {
				_ = probe.Fire(i, i)
			}
		}, file, "ints", batch},
		{typed, text, func(n int64) {
			probe, s := g.text, customer
			for i := range n {
				probe.Fire(s, i)
			}
		}, file, "text", batch},
		{dynamic, text, func(n int64) {
			probe, s := &g.text.Probe, customer
			for i := range n {
				_ = probe.Fire(s, i)
			}
		}, file, "text", batch},
	}
}

func wrapperAsk(w *plain.Wrapper) path {
	return path{plainAsk, noArgs, func(n int64) {
		for range n {
			w.Ints.IsEnabled()
		}
	}, w.Path(), "ints", batch}
}

func wrapperFires(w *plain.Wrapper) []path {
	return []path{
		{plainGo, ints, func(n int64) {
			for i := range n {
				w.Ints.Fire(uint64(i), uint64(i))
			}
		}, w.Path(), "ints", batch},
		{plainGo, text, func(n int64) {
			for i := range n {
				w.FireText(customer, i)
			}
		}, w.Path(), "text", batch},
	}
}

func loopFires(l *plain.Loop) []path {
	return []path{
		{cgoCall, ints, each(l.FireInts), l.Path(), "ints", batch},
		{loopInC, ints, l.FireInts, l.Path(), "ints", batch},
		{cgoCall, text, each(l.FireText), l.Path(), "text", batch},
		{loopInC, text, l.FireText, l.Path(), "text", batch},
	}
}

// each returns a loop that makes one cgo call for every fire.
func each(loop func(n int64)) func(n int64) {
	return func(n int64) {
		for range n {
			loop(1)
		}
	}
}
