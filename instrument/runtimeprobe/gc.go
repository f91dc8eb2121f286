package runtimeprobe

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// A collections fires a probe after each garbage collection. The runtime tells of them by
// finalizing an object that nobody refers to, so no time is spent in between.
type collections struct {
	stopped atomic.Bool
	seen    collection // the one before, if it was traced
}

type collection struct{ number, live, allocated uint64 }

// A sentinel is what is finalized. It has a pointer, so it shares its memory with no other object,
// which might live on.
type sentinel struct{ of *collections }

func watchCollections() *collections {
	c := new(collections)
	runtime.SetFinalizer(&sentinel{of: c}, (*sentinel).finalize)
	return c
}

func (c *collections) stop() { c.stopped.Store(true) }

// finalize waits for the next collection by the same object. Finalizers run one after the other.
func (s *sentinel) finalize() {
	if s.of.stopped.Load() {
		return
	}
	runtime.SetFinalizer(s, (*sentinel).finalize)
	if gc.Enabled() {
		s.of.fire()
	} else {
		s.of.seen = collection{}
	}
}

func (c *collections) fire() {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	if stats.NumGC == 0 || len(stats.Pause) == 0 {
		return // the runtime has not counted it yet
	}
	m := read("/gc/heap/live:bytes", "/gc/heap/goal:bytes", "/gc/heap/allocs:bytes")
	now := collection{number: uint64(max(stats.NumGC, 0)), live: m[0], allocated: m[2]}
	before := uint64(0)
	if now.number == c.seen.number+1 && c.seen.number != 0 {
		before = c.seen.live + now.allocated - c.seen.allocated
	}
	c.seen = now
	gc.Fire(now.number, stats.Pause[0], before, now.live, m[1])
}
