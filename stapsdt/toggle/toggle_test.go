//go:build unix

package toggle_test

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/toggle"
)

// haveProbes says whether this platform has probes.
var haveProbes = runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

// outcome is what a toggle reports.
type outcome struct {
	on  bool
	err error
}

// onSignal switches a toggle on until the test ends or stop is called.
func onSignal(t *testing.T, signals ...os.Signal) (reports chan outcome, stop func()) {
	t.Helper()
	reports = make(chan outcome, 1)
	stop, err := toggle.OnSignal(func(on bool, err error) { reports <- outcome{on, err} },
		signals...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return reports, stop
}

func newProvider(t *testing.T) *stapsdt.Provider {
	t.Helper()
	p := stapsdt.MustProvider("toggletest")
	t.Cleanup(func() {
		if err := errors.Join(p.Close(), stapsdt.Unload()); err != nil {
			t.Error(err)
		}
	})
	stapsdt.MustProbe0(p, "tick")
	return p
}

// raise sends this process a signal.
func raise(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		t.Fatal(err)
	}
}

func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(testenv.Patience):
		t.Fatalf("no %T for %v", v, testenv.Patience)
	}
	return v
}

func TestOnSignal(t *testing.T) {
	p := newProvider(t)
	reports, stop := onSignal(t)
	for i := range 4 {
		raise(t, syscall.SIGUSR2)
		loaded := haveProbes && i%2 == 0
		switch got := next(t, reports); {
		case got.on != loaded || p.Loaded() != loaded:
			t.Errorf("signal %d: report %v, loaded %t, want %t", i+1, got, p.Loaded(), loaded)
		case haveProbes && got.err != nil, !haveProbes && !errors.Is(got.err, stapsdt.ErrUnsupported):
			t.Errorf("signal %d: %v", i+1, got.err)
		}
	}
	for range 2 {
		stop()
	}
	onSignal(t) // there is no other any more
}

// TestLoadedByProgram: what is loaded when the first signal comes is unloaded.
func TestLoadedByProgram(t *testing.T) {
	if !haveProbes {
		t.Skip("no probes here")
	}
	p := newProvider(t)
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	reports, _ := onSignal(t, syscall.SIGHUP, syscall.SIGUSR1)
	raise(t, syscall.SIGUSR1)
	if got := next(t, reports); got != (outcome{}) || p.Loaded() {
		t.Errorf("report %v, loaded %t", got, p.Loaded())
	}
	raise(t, syscall.SIGHUP)
	if got := next(t, reports); got != (outcome{on: true}) || !p.Loaded() {
		t.Errorf("report %v, loaded %t", got, p.Loaded())
	}
}

// TestSharedSignal: the program and the toggle both get the signal.
func TestSharedSignal(t *testing.T) {
	newProvider(t)
	program := make(chan os.Signal, 1)
	signal.Notify(program, syscall.SIGUSR2)
	defer signal.Stop(program)
	reports, stop := onSignal(t)
	raise(t, syscall.SIGUSR2)
	next(t, reports)
	next(t, program)
	stop()
	raise(t, syscall.SIGUSR2)
	next(t, program)
	select {
	case got := <-reports:
		t.Errorf("a report after stop: %v", got)
	default:
	}
}

// TestNothingLoaded: after a signal that has nothing to load, the next switches off all the same.
func TestNothingLoaded(t *testing.T) {
	reports, _ := onSignal(t)
	signal := func(what string, want outcome) {
		t.Helper()
		raise(t, syscall.SIGUSR2)
		if got := next(t, reports); got != want || stapsdt.Following() != want.on {
			t.Fatalf("%s: report %v, later ones are loaded: %t; want %v", what, got,
				stapsdt.Following(), want)
		}
	}
	signal("there are no providers", outcome{on: true})
	if haveProbes {
		p := newProvider(t)
		for deadline := time.Now().Add(testenv.Patience); !p.Loaded(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("a later provider is not loaded in %v", testenv.Patience)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	signal("all providers are closed", outcome{})
	signal("again", outcome{on: true})
	signal("and again", outcome{})
}

// TestLoadFails: nothing is on then, and the next signal is another try.
func TestLoadFails(t *testing.T) {
	p := newProvider(t)
	if haveProbes {
		t.Setenv("STAPSDT_BACKING", "nothing such")
	}
	reports, _ := onSignal(t)
	for range 2 {
		raise(t, syscall.SIGUSR2)
		if got := next(t, reports); got.on || got.err == nil || stapsdt.Following() {
			t.Fatalf("report %v, later ones are loaded: %t", got, stapsdt.Following())
		}
	}
	if !haveProbes {
		return
	}
	t.Setenv("STAPSDT_BACKING", "memfd")
	raise(t, syscall.SIGUSR2)
	if got := next(t, reports); got != (outcome{on: true}) || !p.Loaded() {
		t.Errorf("report %v, loaded %t", got, p.Loaded())
	}
}

func TestOnSignalErrors(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		if _, err := toggle.OnSignal(nil, syscall.SIGUSR1, s); !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("OnSignal with %v: %v, want ErrArgs", s, err)
		}
	}
	_, stop := onSignal(t)
	if _, err := toggle.OnSignal(nil); !errors.Is(err, stapsdt.ErrArgs) {
		t.Errorf("a second OnSignal: %v, want ErrArgs", err)
	}
	stop()
	onSignal(t)
}
