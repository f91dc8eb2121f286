//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"sync/atomic"
	"time"
)

// A partner is a second goroutine, which fires the half of a path. It waits for its turns without
// giving up its processor: to start a goroutine on an idle one takes as long as a thousand fires.
type partner struct {
	half        path
	turn, taken atomic.Int64 // the fires that were asked for, and those that are over
	isThere     atomic.Bool
}

// patience is how long the partner waits for a turn, which is longer than the events of the one
// before take to be received.
const patience = 200 * time.Millisecond

// loop fires n times, a half of them by the partner.
func (p *partner) loop(n int64) {
	if p.isThere.CompareAndSwap(false, true) {
		ready := make(chan bool)
		go p.wait(ready)
		<-ready
	}
	want := p.turn.Add(n / 2)
	p.half.loop(n / 2)
	for p.taken.Load() != want {
	}
}

// wait fires whenever it is asked for.
func (p *partner) wait(ready chan bool) {
	close(ready)
	for last := time.Now(); ; {
		if n := p.turn.Load() - p.taken.Load(); n > 0 {
			p.half.loop(n)
			p.taken.Add(n)
			last = time.Now()
		}
		if time.Since(last) < patience {
			continue
		}
		p.isThere.Store(false)
		isMissed := p.turn.Load() != p.taken.Load() // loop may have taken it for there
		if !isMissed || !p.isThere.CompareAndSwap(false, true) {
			return
		}
		last = time.Now()
	}
}
