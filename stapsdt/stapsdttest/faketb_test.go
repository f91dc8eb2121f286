package stapsdttest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// fakeTB is a test that fails without harm.
type fakeTB struct {
	failures []string
	fatal    bool
	cleanups []func()
	deadline time.Time // the zero time: none
}

func (f *fakeTB) Helper()           {}
func (f *fakeTB) Cleanup(do func()) { f.cleanups = append(f.cleanups, do) }

func (f *fakeTB) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

func (f *fakeTB) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	f.fatal = true
	runtime.Goexit()
}

func (f *fakeTB) Deadline() (time.Time, bool) { return f.deadline, !f.deadline.IsZero() }

// run runs a test and its cleanup, and returns how it failed.
func (f *fakeTB) run(test func(*fakeTB)) string {
	for _, part := range []func(){func() { test(f) }, f.cleanup} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			part()
		}()
		<-done
	}
	return strings.Join(f.failures, "\n")
}

func (f *fakeTB) cleanup() {
	for _, do := range f.cleanups {
		do()
	}
}

// provider returns a provider for a test.
func provider(t testing.TB, name string) *stapsdt.Provider {
	t.Helper()
	p := stapsdt.MustProvider(name)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}
