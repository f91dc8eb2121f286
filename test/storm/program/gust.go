//go:build linux

package main

import (
	"errors"
	"math/rand/v2"
	"runtime"

	"github.com/go-usdt/usdt/test/storm/event"
)

// A gust is a goroutine that fires without a pause. It lends its numbers to goroutines and threads
// that fire for it while it waits.
type gust struct {
	wind   *wind
	r      *rand.Rand
	values event.Values
}

// gust returns the one with a number. It goes on where it was when the last wind had died down.
func (s *storm) gust(w *wind, id int) *gust {
	g := s.gusts[id]
	if g == nil {
		g = &gust{r: s.draws(id), values: event.Values{Sequence: event.FirstOf(id)}}
		s.gusts[id] = g
	}
	g.wind = w
	return g
}

// blow fires in one way after the other until the storm is over.
func (g *gust) blow() {
	for !g.wind.over() {
		n := 1 + g.r.IntN(50)
		switch g.r.IntN(10) {
		case 0:
			g.elsewhere(func() { g.deep(n) })
		case 1:
			g.deep(n)
		case 2:
			g.panicking()
		case 3:
			g.elsewhere(g.locked)
		case 4:
			g.foreign()
		case 5:
			rest(g.r)
		default:
			for range n {
				g.fire()
			}
		}
	}
}

// fire fires a probe, more often a steady one.
func (g *gust) fire() {
	if g.r.IntN(4) > 0 {
		g.fireSteady()
		return
	}
	g.fireFleet()
}

func (g *gust) fireFleet() {
	slots := g.wind.storm.fleet
	probes := slots[g.r.IntN(len(slots))].ship.Load().probes
	g.fireOne(probes[g.r.IntN(maxShipProbes)%len(probes)])
}

func (g *gust) fireSteady() {
	probes := g.wind.storm.steady.probes
	g.fireOne(probes[g.r.IntN(len(probes))])
}

func (g *gust) fireOne(p *probe) {
	g.values.Next(g.r)
	p.fire(&g.values)
	p.fired.Add(1)
	g.wind.storm.counters.fires.Add(1)
}

// elsewhere calls f on a new goroutine, whose stack is small, and waits.
func (g *gust) elsewhere(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// deep fires at ever deeper calls, so that the stack grows. The garbage collector shrinks it later.
func (g *gust) deep(calls int) byte {
	var local [512]byte
	local[calls] = byte(calls)
	g.fire()
	if calls == 0 {
		return 0
	}
	return g.deep(calls-1) + local[calls]
}

var errSquall = errors.New("squall")

// panicking fires while a panic unwinds the stack, and recovers.
func (g *gust) panicking() {
	defer func() {
		if r := recover(); r != errSquall { //nolint:errorlint // the very same
			panic(r)
		}
		g.fire()
		g.wind.storm.counters.panics.Add(1)
	}()
	defer g.fire()
	panic(errSquall)
}

// locked fires on a thread that ends with its goroutine.
func (g *gust) locked() {
	runtime.LockOSThread()
	g.fire()
	g.wind.storm.counters.threads.Add(1)
}
