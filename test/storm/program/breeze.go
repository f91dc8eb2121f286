//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	calmer   = 20 // how many times longer everything rests in a breeze than in a storm
	breezers = 2  // goroutines that fire
)

// breeze starts what a storm is, but so light that it can go on for hours: the fleet sails, and
// goroutines fire its probes and the steady ones with texts. The other steady probes are left to
// fireExactly.
func (s *storm) breeze() {
	w := &wind{storm: s, calmer: calmer}
	s.wind = w
	s.exact = slices.DeleteFunc(slices.Clone(s.steady.probes), (*probe).hasText)
	texts := slices.DeleteFunc(slices.Clone(s.steady.probes),
		func(p *probe) bool { return !p.hasText() })
	for _, slot := range s.fleet {
		w.done.Go(func() { s.sail(slot, w) })
	}
	for i := range breezers {
		g := s.gust(w, gustID+i)
		w.done.Go(func() { g.drift(texts) })
	}
}

func (p *probe) hasText() bool { return strings.HasSuffix(p.name, "_mixed") }

// drift fires and rests until the breeze is over.
func (g *gust) drift(steady []*probe) {
	for ; !g.wind.over(); g.wind.rest(g.r) {
		g.fireOne(steady[g.r.IntN(len(steady))])
		g.fireFleet()
	}
}

// A footprint is what the program takes, as it knows itself.
type footprint struct {
	Heap       uint64 // bytes
	Goroutines int
}

// quiet has the program take as little as it can. It is called between breezes.
func (s *storm) quiet() (answer string, err error) {
	for _, slot := range s.fleet {
		must(slot.ship.Load().provider.Close())
		slot.renew()
	}
	if err := s.awaitGoroutines(); err != nil {
		return "", err
	}
	for range 2 { // a pool outlives one collection
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b, err := json.Marshal(footprint{m.HeapAlloc, runtime.NumGoroutine()})
	return string(b), err
}

// awaitGoroutines waits until there are only as many goroutines as in the beginning.
func (s *storm) awaitGoroutines() error {
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > s.goroutines {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			return fmt.Errorf("there were %d goroutines in the beginning, and now\n%s",
				s.goroutines, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}
