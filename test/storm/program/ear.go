//go:build linux

package main

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/test/storm/event"
)

// An ear is a listener of the program itself that verifies what it receives, and a counter, both
// for the same probes.
type ear struct {
	listener *stapsdt.Listener
	counter  *stapsdt.Counter
	events   event.Verifier
	done     chan struct{} // closed to make it stop to listen
	ended    chan struct{} // closed when it has received the last event
}

// listen opens an ear, which receives from now on.
func listen(c stapsdt.ListenConfig, isOrdered bool, patterns ...string) *ear {
	e := &ear{
		events: event.Verifier{Ordered: isOrdered},
		done:   make(chan struct{}), ended: make(chan struct{}),
	}
	var err error
	e.listener, err = c.Listen(patterns...)
	must(err)
	e.counter, err = stapsdt.Count(patterns...)
	must(err)
	go func() {
		defer close(e.ended)
		for v := range e.listener.Events(e.done) {
			must(e.events.Verify(v.Probe.Provider().Name()+":"+v.Probe.Name(), v.Args))
		}
	}()
	return e
}

// close waits for the last event. It returns how many fires the listener has heard and the counter
// has counted.
func (e *ear) close() (heard, counted uint64) {
	e.listener.Close()
	e.counter.Close()
	<-e.ended
	for _, c := range e.counter.Counts() {
		counted += c.Fires
	}
	return e.events.Total() + e.listener.Lost(), counted
}

// drawConfig keeps as much of a text as checksums are over. Small buffers overflow.
func drawConfig(r *rand.Rand) stapsdt.ListenConfig {
	text := event.MaxText << r.IntN(3)
	return stapsdt.ListenConfig{Text: text, Buffer: 16 * text << r.IntN(8)}
}

// eavesdrop opens ears, one after the other, until the storm is over.
func (s *storm) eavesdrop(w *wind, r *rand.Rand) {
	for ; !w.over(); rest(r) {
		switch r.IntN(3) {
		case 0:
			s.overhear(r)
		case 1: // all that there is: the numbers of fires outside of gusts are not ordered
			e := listen(drawConfig(r), false, "*:*")
			restSome(r)
			s.heard(e, r)
		case 2: // no longer than it wants to
			e := listen(drawConfig(r), false, "fleet*:typed_*", "*:dynamic_m*")
			restSome(r)
			close(e.done)
			<-e.ended
			s.heard(e, r)
		}
	}
}

func restSome(r *rand.Rand) {
	for range r.IntN(20) {
		rest(r)
	}
}

// heard closes an ear of which nobody knows how much it should have heard.
func (s *storm) heard(e *ear, r *rand.Rand) {
	if r.IntN(2) == 0 {
		go e.listener.Close() // at the same time
	}
	e.close()
	s.counters.ears.Add(1)
	s.counters.heard.Add(e.events.Total())
}

// overhear opens an ear for the steady probes. What it hears is what was fired meanwhile, but for
// the fires of that moment: each gust has one at most.
func (s *storm) overhear(r *rand.Rand) {
	before := s.steady.fired()
	e := listen(drawConfig(r), true, names(s.steady.probes)...)
	first := s.steady.fired()
	restSome(r)
	last := s.steady.fired()
	heard, counted := e.close()
	least, most := int64(last-first)-gusts, int64(s.steady.fired()-before)+gusts
	for what, n := range map[string]uint64{"listener heard": heard, "counter counted": counted} {
		if int64(n) < least || int64(n) > most {
			log.Fatalf("the %s %d fires, want %d to %d", what, n, least, most)
		}
	}
	s.counters.ears.Add(1)
	s.counters.heard.Add(e.events.Total())
}

// overhearExactly has an ear for probes that nobody else fires while fire does so n times.
func (s *storm) overhearExactly(probes []*probe, n int, fire func()) error {
	e := listen(stapsdt.ListenConfig{}, true, names(probes)...)
	fire()
	heard, counted := e.close()
	s.counters.ears.Add(1)
	s.counters.heard.Add(e.events.Total())
	if heard != uint64(n) || counted != uint64(n) {
		return fmt.Errorf("of %d fires, the listener heard %d, the counter counted %d", n, heard, counted)
	}
	return nil
}

// names returns PROVIDER:PROBE of each probe.
func names(probes []*probe) (all []string) {
	for _, p := range probes {
		all = append(all, p.name)
	}
	return all
}
