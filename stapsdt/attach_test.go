//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestAttach(t *testing.T) {
	backings(t, func(t *testing.T, _ string, options ...stapsdt.Option) {
		p := newProvider(t, options...)
		traced := stapsdt.MustProbe2[int64, string](p, "traced")
		quiet := stapsdt.MustProbe0(p, "quiet")
		mustLoad(t, p)
		traced.Fire(1, "unseen")

		c := attach(t, &traced.Probe)
		second := attach(t, &traced.Probe)
		if !traced.Enabled() || quiet.Enabled() {
			t.Errorf("attached: traced %v, quiet %v", traced.Enabled(), quiet.Enabled())
		}
		for range 1000 {
			traced.Fire(-1, "seen")
			quiet.Fire()
		}
		if a, b := value(t, c), value(t, second); a != 1000 || b != 1000 {
			t.Errorf("two tracers counted %d and %d of 1000", a, b)
		}
		c.Close()
		if !traced.Enabled() {
			t.Error("disabled while one of two tracers is attached")
		}
		second.Close()
		if traced.Enabled() {
			t.Error("enabled after the last tracer detached")
		}
	})
}

// TestUnloadWhileAttached: after an unload the tracer sees nothing more, not even when the probe is
// loaded again: then it must attach again.
func TestUnloadWhileAttached(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe1[int](p, "p")
	mustLoad(t, p)
	c := attach(t, &probe.Probe)
	probe.Fire(1)
	if err := p.Unload(); err != nil {
		t.Fatal(err)
	}
	probe.Fire(2)
	mustLoad(t, p)
	if probe.Enabled() {
		t.Error("the tracer of the old image traces the new one, too")
	}
	probe.Fire(3)
	if got := value(t, c); got != 1 {
		t.Errorf("the tracer counted %d, want 1", got)
	}
	again := attach(t, &probe.Probe)
	probe.Fire(4)
	if got := value(t, again); got != 1 {
		t.Errorf("the second tracer counted %d, want 1", got)
	}
}

// TestAddAfterLoad: a traced image stays traced when another Load adds probes.
func TestAddAfterLoad(t *testing.T) {
	p := newProvider(t)
	old := stapsdt.MustProbe0(p, "old")
	mustLoad(t, p)
	c := attach(t, &old.Probe)
	added := stapsdt.MustProbe0(p, "added")
	mustLoad(t, p)
	if !old.Enabled() || added.Enabled() {
		t.Errorf("old %v, added %v; want only the old one traced", old.Enabled(), added.Enabled())
	}
	d := attach(t, &added.Probe)
	old.Fire()
	added.Fire()
	added.Fire()
	if a, b := value(t, c), value(t, d); a != 1 || b != 2 {
		t.Errorf("counted %d and %d, want 1 and 2", a, b)
	}
}

// TestStress fires from many goroutines with fresh stacks. Meanwhile the provider is loaded,
// unloaded and in the end closed, a tracer comes and goes, and the garbage collector runs.
func TestStress(t *testing.T) {
	for range 3 {
		stress(t, 4)
	}
}

func stress(t *testing.T, rounds int) {
	p := newProvider(t)
	text := stapsdt.MustProbe3[string, int64, []byte](p, "text")
	plain := stapsdt.MustProbe2[int32, uint64](p, "plain")
	dynamic, err := p.AddProbe("dynamic", stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	fired := make(chan bool)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop.Store(true)
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				done := make(chan struct{})
				go func() { // each on a small stack that has to grow
					defer close(done)
					for depth := range 20 {
						fireDeep(depth*8, text, plain, dynamic)
						select {
						case fired <- true:
						default:
						}
						runtime.Gosched() // so that the others need not wait for a time slice
					}
				}()
				<-done
			}
		}()
	}
	for round := range rounds {
		mustLoad(t, p)
		c := attach(t, &text.Probe)
		d := attach(t, &plain.Probe)
		awaitFires(t, fired, func(n int) bool {
			runtime.GC()
			return n > 1 && value(t, c) > 0 && value(t, d) > 0
		})
		d.Close()
		if round%2 == 0 {
			c.Close() // in the other rounds the image is unloaded while the tracer is attached
		}
		unload := p.Unload
		if round == rounds-1 {
			unload = p.Close
		}
		if err := unload(); err != nil {
			t.Fatal(err)
		}
		c.Close()
		awaitFires(t, fired, func(n int) bool { return n > 1 })
	}
}

// awaitFires waits for fires, and calls enough after each of them with their number, until it
// returns true.
func awaitFires(t *testing.T, fired <-chan bool, enough func(n int) bool) {
	t.Helper()
	overdue := time.After(testenv.Patience)
	for n := 1; ; n++ {
		select {
		case <-fired:
		case <-overdue:
			t.Fatalf("only %d fires in %v", n-1, testenv.Patience)
		}
		if enough(n) {
			return
		}
	}
}

//go:noinline
func fireDeep(depth int, text *stapsdt.Probe3[string, int64, []byte],
	plain *stapsdt.Probe2[int32, uint64], dynamic *stapsdt.Probe) byte {
	var local [64]byte
	local[0] = byte(depth)
	text.Fire("text", int64(depth), local[:])
	plain.Fire(int32(-depth), uint64(depth))
	if err := dynamic.Fire("dynamic"); err != nil {
		panic(err)
	}
	if depth == 0 {
		return local[0]
	}
	return fireDeep(depth-1, text, plain, dynamic) + local[0]
}

// TestConcurrentLifecycle runs every method at the same time as every other, and Close in the end.
func TestConcurrentLifecycle(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe1[string](p, "p")
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, f := range []func() error{p.Load, p.Unload, p.Load, func() error {
		probe.Fire("x")
		_, _, _, _ = probe.Enabled(), probe.Path(), p.Info(), p.Probes()
		return nil
	}} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 100 {
				if err := f(); err != nil && !errors.Is(err, stapsdt.ErrClosed) {
					t.Error(err)
				}
			}
		}()
	}
	probe.Fire("x")
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
