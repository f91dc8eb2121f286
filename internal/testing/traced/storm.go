package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// storm is goroutines that fire a probe without a pause. The arguments are always the same, so that
// a tracer can recognize wrong ones.
type storm struct {
	stop atomic.Bool
	wg   sync.WaitGroup
}

func startStorm(p *mixed) *storm {
	s := new(storm)
	for range runtime.GOMAXPROCS(0) {
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			for !s.stop.Load() {
				gust(p)
			}
		}()
	}
	return s
}

// gust fires at ever deeper calls of a new goroutine, whose stack grows, and moves, meanwhile.
func gust(p *mixed) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fireAtDepth(p, 50)
	}()
	<-done
}

func fireAtDepth(p *mixed, depth int) {
	local := [256]byte{'s', 't', 'o', 'r', 'm'}
	p.Fire("storm", -7, local[:5], "end")
	if depth > 0 {
		fireAtDepth(p, depth-1)
	}
}

func (s *storm) calm() {
	s.stop.Store(true)
	s.wg.Wait()
}
