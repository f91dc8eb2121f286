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
