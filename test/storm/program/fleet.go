//go:build linux

package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"sync/atomic"

	"github.com/go-usdt/usdt/stapsdt"
)

// The fleet are providers that come and go, one after the other in each slot.
const slots = 3

// maxShipProbes bounds the images that a ship can have, and so the ranges that retire.
const maxShipProbes = 12

// A slot has one provider at a time, a ship. Only its own goroutine changes it; all goroutines fire
// its probes.
type slot struct {
	name string
	r    *rand.Rand
	ship atomic.Pointer[ship]
}

// A ship is a provider with its probes until now.
type ship struct {
	provider *stapsdt.Provider
	probes   []*probe
}

func newSlot(i int, r *rand.Rand) *slot {
	s := &slot{name: fmt.Sprintf("fleet%d", i), r: r}
	s.renew()
	return s
}

func (s *slot) renew() {
	p := stapsdt.MustProvider(s.name, drawBacking(s.r))
	s.ship.Store(&ship{p, []*probe{add(p, 0)}})
}

// sail loads, unloads, extends and renews the slot's provider until the storm is over.
func (s *storm) sail(slot *slot, w *wind) {
	for ; !w.over(); w.rest(slot.r) {
		ship := slot.ship.Load()
		switch n := slot.r.IntN(16); {
		case n < 7:
			s.load(ship.provider)
		case n < 11:
			must(ship.provider.Unload())
		case n < 15:
			slot.extend(ship)
		default:
			must(ship.provider.Close())
			slot.renew()
			s.counters.providers.Add(1)
		}
	}
}

func (s *slot) extend(old *ship) {
	n := len(old.probes)
	if n == maxShipProbes {
		return
	}
	s.ship.Store(&ship{old.provider, append(old.probes[:n:n], add(old.provider, n))})
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
