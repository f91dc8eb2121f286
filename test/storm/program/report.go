//go:build linux

package main

import "sync/atomic"

// counters count what goes on.
type counters struct {
	fires, loads, providers, children, panics, signals, threads, foreign,
	ears, heard atomic.Uint64
}

// A report says what has happened until now.
type report struct {
	Fired     map[string]uint64 // of the steady probes, by PROVIDER:PROBE
	Fires     uint64            // of all probes
	Loads     uint64            // of images
	Providers uint64            // that were made
	Children  uint64            // processes that were started
	Panics    uint64            // that were recovered from
	Signals   uint64            // that were sent
	Threads   uint64            // that ended with their goroutine
	Foreign   uint64            // calls from threads of C
	Ears      uint64            // listeners and counters in the program, that have come and gone
	Heard     uint64            // events that these received and verified
}

func (c *counters) report(s *steady) report {
	r := report{
		Fired:     make(map[string]uint64),
		Fires:     c.fires.Load(),
		Loads:     c.loads.Load(),
		Providers: c.providers.Load(),
		Children:  c.children.Load(),
		Panics:    c.panics.Load(),
		Signals:   c.signals.Load(),
		Threads:   c.threads.Load(),
		Foreign:   c.foreign.Load(),
		Ears:      c.ears.Load(),
		Heard:     c.heard.Load(),
	}
	for _, p := range s.probes {
		r.Fired[p.name] = p.fired.Load()
	}
	return r
}
