//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestNoForeignHit: goroutines fire the traced probe of a provider that is closed meanwhile. Traced
// probes of other providers get its pages at once, and each of their tracers counts exactly what
// was fired there: nobody is so late that a hit goes to another probe.
func TestNoForeignHit(t *testing.T) {
	var current atomic.Pointer[victim]
	current.Store(newVictim(t))
	var stop atomic.Bool
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop.Store(true)
	for i := range 2 * runtime.GOMAXPROCS(0) { // more than run at once
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				current.Load().fire(i)
				if i%4 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		v := current.Load()
		for before := value(t, v.counter); value(t, v.counter) < before+100; {
			runtime.Gosched()
		}
		if err := v.provider.Close(); err != nil {
			t.Fatal(err)
		}
		stapsdt.Wake()
		traceHeir(t, v)
		if counted, fired := value(t, v.counter), v.fired.Load(); counted > fired {
			t.Errorf("round %d: the closed probe was fired %d times and counted %d times", round, fired,
				counted)
		}
		v.counter.Close()
		current.Store(newVictim(t))
	}
}

// A victim is a provider that is closed while its probes are fired.
type victim struct {
	provider *stapsdt.Provider
	typed    *stapsdt.Probe2[string, int64]
	dynamic  *stapsdt.Probe
	code     *byte
	counter  *counter.Counter // of typed
	fired    atomic.Uint64    // typed
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{provider: stapsdt.MustProvider(fmt.Sprint("victim", rand.Uint64()))}
	v.typed = stapsdt.MustProbe2[string, int64](v.provider, "typed")
	var err error
	if v.dynamic, err = v.provider.AddProbe("dynamic", stapsdt.Bytes, stapsdt.Int64); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, v.provider)
	v.code = v.typed.Site()
	v.counter = attach(t, &v.typed.Probe)
	attach(t, v.dynamic)
	return v
}

func (v *victim) fire(i int) {
	v.fired.Add(1)
	v.typed.Fire("victim", int64(i))
	if err := v.dynamic.Fire([]byte("victim"), i); err != nil {
		panic(err)
	}
}

// traceHeir loads a provider that gets the victim's pages, traces its probes and fires them.
func traceHeir(t *testing.T, v *victim) {
	t.Helper()
	probes := loadHeir(t, v)
	var counters []*counter.Counter
	for _, probe := range probes {
		counters = append(counters, attach(t, &probe.Probe))
	}
	for i, probe := range probes {
		fires := 100 + rand.IntN(1000)
		for n := range fires {
			probe.Fire(n)
		}
		if got := value(t, counters[i]); got != uint64(fires) {
			t.Errorf("the heir's probe %d was fired %d times and counted %d times", i, fires, got)
		}
		counters[i].Close()
	}
}

// loadHeir loads providers until one gets the victim's pages.
func loadHeir(t *testing.T, v *victim) []*stapsdt.Probe1[int] {
	t.Helper()
	for range stapsdt.RetiredPages() {
		p := newProvider(t)
		probes := []*stapsdt.Probe1[int]{
			stapsdt.MustProbe1[int](p, fmt.Sprint("heir", rand.Uint64())),
			stapsdt.MustProbe1[int](p, fmt.Sprint("heir", rand.Uint64())),
		}
		mustLoad(t, p)
		if probes[0].Site() == v.code {
			return probes
		}
	}
	t.Fatal("no provider got the victim's pages")
	return nil
}
