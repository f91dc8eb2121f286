//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/test/storm/event"
)

// A visitor is a tracer that comes and goes.
type visitor struct {
	name string
	tool string // that it needs, if any
	come func(v *visit, draws *rand.Rand)
}

var visitors = []visitor{
	{"steady", "", (*visit).traceSteady},
	{"fleet", "", (*visit).traceFleet},
	{"bpftrace", "bpftrace", (*visit).bpftrace},
	{"perf", "", (*visit).perfEvent},
	{"count", "", (*visit).count},
	{"gdb", "gdb", (*visit).gdb},
}

// installed tells whether the visitor's tool is installed.
func (v *visitor) installed(t *testing.T) bool {
	if v.tool == "" {
		return true
	}
	_, err := exec.LookPath(v.tool)
	if err != nil {
		t.Logf("without %s: %v", v.tool, err)
	}
	return err == nil
}

// A staying tracer is attached throughout the storm.
type staying struct {
	name  string
	leave func(v *visit)
}

// A visit is the time of one tracer at the program. It stands in for the test, since it is on a
// goroutine of its own: it may fail, and clean up after itself.
type visit struct {
	*run
	name     string
	failed   bool
	cleanups []func()
}

// visit makes a visit. It returns false if that failed.
func (r *run) visit(name string, f func(v *visit)) bool {
	v := &visit{run: r, name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, clean := range v.cleanups {
				defer clean() // the last one first, and all even if one fails
			}
		}()
		f(v)
	}()
	<-done
	return !v.failed
}

// Helper is for testenv.T.
func (v *visit) Helper() {}

// Cleanup has f called at the end of the visit.
func (v *visit) Cleanup(f func()) { v.cleanups = append(v.cleanups, f) }

// Errorf notes a failure.
func (v *visit) Errorf(format string, args ...any) {
	v.failed = true
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures = append(v.failures, v.name+": "+fmt.Sprintf(format, args...))
}

// Fatalf notes a failure and ends the visit.
func (v *visit) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	runtime.Goexit()
}

// attached notes that the tracer is attached.
func (v *visit) attached() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.visits == nil {
		v.visits = make(map[string]uint64)
	}
	v.visits[v.name]++
}

// settle takes over what a tracer received and lost.
func (v *visit) settle(received *event.Verifier, lost uint64) {
	if err := received.Check(); err != nil {
		v.Errorf("%v", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.verified += received.Total() - received.Unread
	v.unread += received.Unread
	v.lost += lost
}
