package runtimeprobe

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// isRunning says whether somebody has called Start, and not the function that it returned.
var isRunning atomic.Bool

// Start begins to fire the probes, and returns a function that ends it. The interval is that of
// memory and scheduler; 0 and less stand for a second. There is one set of these probes in a
// process, so a Start between a Start and its end does nothing.
func Start(interval time.Duration) (stop func()) {
	if !isRunning.CompareAndSwap(false, true) {
		return func() {}
	}
	if interval <= 0 {
		interval = time.Second
	}
	s := &sampler{began: time.Now(), end: make(chan struct{})}
	collections := watchCollections()
	s.fireBuild()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.run(interval)
	}()
	return sync.OnceFunc(func() {
		close(s.end)
		<-done
		collections.stop()
		isRunning.Store(false)
	})
}

// A sampler fires the probes of each interval. Its methods are called by one goroutine.
type sampler struct {
	began       time.Time
	end         chan struct{}
	buildTraced bool      // the probe was traced at the last interval
	latencies   latencies // of the interval before
}

func (s *sampler) run(interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-s.end:
			return
		case <-ticker.C:
			s.sample()
		}
	}
}

func (s *sampler) sample() {
	if !build.Enabled() {
		s.buildTraced = false
	} else if !s.buildTraced {
		s.fireBuild()
	}
	if memory.Enabled() {
		fireMemory()
	}
	if scheduler.Enabled() {
		s.fireScheduler()
	} else {
		s.latencies = latencies{}
	}
}

func (s *sampler) fireBuild() {
	if !build.Enabled() {
		return
	}
	s.buildTraced = true
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo) // a program without modules
	}
	revision := ""
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			revision = setting.Value
		}
	}
	build.Fire(info.Main.Path, info.Main.Version, revision, info.GoVersion, time.Since(s.began))
}
