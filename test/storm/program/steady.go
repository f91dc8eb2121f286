//go:build linux

package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// steady are probes that stay loaded, so that their fires can be compared with what tracers count.
type steady struct {
	provider *stapsdt.Provider
	probes   []*probe
}

// newSteady declares each shape, typed and dynamic.
func newSteady(r *rand.Rand) *steady {
	s := &steady{provider: stapsdt.MustProvider("steady", drawBacking(r))}
	for i := range 2 * len(shapes) {
		s.probes = append(s.probes, add(s.provider, i))
	}
	return s
}

func drawBacking(r *rand.Rand) stapsdt.Option {
	return stapsdt.WithBacking(stapsdt.Backing(r.IntN(2))) // a memfd or a named file
}

// fired returns how often gusts have fired the steady probes.
func (s *steady) fired() (n uint64) {
	for _, p := range s.probes {
		n += p.fired.Load()
	}
	return n
}

// extend adds probes to the provider and loads them in images of their own, up to a bound. Tracers
// of the others must not notice.
func (s *storm) extend(r *rand.Rand, w *wind) {
	const most = 100
	for i := 2 * len(shapes); i < most && !w.over(); i++ {
		p := add(s.steady.provider, i)
		s.load(s.steady.provider)
		w.fire(p, r)
		for range 100 {
			rest(r)
		}
	}
}

// awaitIdle waits until no probe is enabled.
func (s *steady) awaitIdle() error {
	deadline := time.Now().Add(patience)
	for _, p := range s.probes {
		for ; p.Enabled(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				return fmt.Errorf("%s is still enabled although all tracers are gone", p.name)
			}
		}
	}
	return nil
}

func (s *storm) load(p *stapsdt.Provider) {
	if err := p.Load(); err != nil {
		log.Fatal(err)
	}
	s.counters.loads.Add(1)
}
