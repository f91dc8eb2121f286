//go:build linux

package main

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-usdt/usdt/test/storm/event"
)

// Each goroutine draws its decisions from the seed and a number of its own.
const (
	steadyID  = 0
	extendID  = 1
	fleetID   = 10
	weatherID = 20
	earID     = 40
	gustID    = 100
	exactID   = 200
)

// A wind is the goroutines of a storm from go to calm.
type wind struct {
	storm  *storm
	calmer int // how many times longer than in a storm goroutines rest
	stop   atomic.Bool
	done   sync.WaitGroup
}

func (w *wind) over() bool { return w.stop.Load() }

func (w *wind) calm() {
	w.stop.Store(true)
	w.done.Wait()
}

// gusts is how many goroutines fire without a pause.
const gusts = 6

// ears is how many goroutines have listeners and counters come and go.
const ears = 2

func (s *storm) start() {
	w := &wind{storm: s, calmer: 1}
	s.wind = w
	w.done.Go(func() { s.extend(s.draws(extendID), w) })
	for _, slot := range s.fleet {
		w.done.Go(func() { s.sail(slot, w) })
	}
	for i, blow := range weather {
		w.done.Go(func() {
			for r := s.draws(weatherID + i); !w.over(); rest(r) {
				blow(w, r)
			}
		})
	}
	for i := range ears {
		w.done.Go(func() { s.eavesdrop(w, s.draws(earID+i)) })
	}
	for i := range gusts {
		g := s.gust(w, gustID+i)
		w.done.Go(g.blow)
	}
}

func (w *wind) rest(r *rand.Rand) {
	time.Sleep(time.Duration(w.calmer*r.IntN(2000)) * time.Microsecond)
}

// rest gives way, for a while or only to what is ready.
func rest(r *rand.Rand) { time.Sleep(time.Duration(r.IntN(2000)) * time.Microsecond) }

// fire fires a probe once, with values that belong to no sequence.
func (w *wind) fire(p *probe, r *rand.Rand) {
	var v event.Values
	v.Next(r)
	p.fire(&v)
	w.storm.counters.fires.Add(1)
}

// fireExactly fires steady probes n times, and has the program listen.
func (s *storm) fireExactly(n int) error {
	return s.overhearExactly(s.exact, n, func() { s.fireMany(n) })
}

func (s *storm) fireMany(n int) {
	const goroutines = 4
	w := &wind{storm: s}
	for i := range goroutines {
		g := s.gust(w, exactID+i)
		w.done.Go(func() {
			for range n/goroutines + min(1, max(0, n%goroutines-i)) {
				g.fireOne(s.exact[g.r.IntN(len(s.exact))])
			}
		})
	}
	w.done.Wait()
}
