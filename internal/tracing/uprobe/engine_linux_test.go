package uprobe_test

import (
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// kernels returns sets of abilities that must give the same results: those of this kernel, of 6.6
// if this one has them, and of 4.18.
func kernels() map[string]kernel.Features {
	sets := map[string]kernel.Features{"this": kernel.Running().Features, "4.18": {}}
	if old := sets["this"]; old.MultiProcess {
		old.MultiProcess = false
		sets["6.6"] = old
	}
	return sets
}

// eachKernel runs f with the abilities of several kernels.
func eachKernel(t *testing.T, f func(*testing.T, uprobe.Options)) {
	t.Helper()
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	for name, features := range kernels() {
		t.Run(name, func(t *testing.T) {
			if !features.RingBuffer {
				stayOnCPU(t)
			}
			f(t, uprobe.Options{PID: os.Getpid(), Features: &features})
		})
	}
}

// stayOnCPU keeps the test's goroutine on one processor, whose buffers and lists in the kernel keep
// the order of its events.
func stayOnCPU(t *testing.T) {
	t.Helper()
	runtime.LockOSThread() // for good: the thread ends with the goroutine
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if before.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Fatal(err)
	}
}

// provider loads a new provider with the probes that declare adds.
func provider(t testing.TB, declare func(*stapsdt.Provider)) *stapsdt.Provider {
	t.Helper()
	p, err := stapsdt.NewProvider("enginetest")
	if err != nil {
		t.Fatal(err)
	}
	declare(p)
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// find returns probes of a provider as a tracer sees them, in the order of names.
func find(t testing.TB, p *stapsdt.Provider, names ...string) []uprobe.Probe {
	t.Helper()
	notes, err := sdtnote.ReadFile(p.Path())
	if err != nil {
		t.Fatal(err)
	}
	var probes []uprobe.Probe
	for _, name := range names {
		for _, n := range notes {
			if n.Name == name {
				probe := uprobe.Probe{Provider: n.Provider, Name: name}
				probe.Sites = []uprobe.Site{{Path: p.Path(), Note: n}}
				probes = append(probes, probe)
			}
		}
	}
	if len(probes) != len(names) {
		t.Fatalf("found %v of %v", probes, names)
	}
	return probes
}

// An event is the part of an uprobe.Event that tests compare, with memory of its own.
type event struct {
	Probe int
	Args  []uprobe.Value
}

// receive detaches the tracer and returns all events, which must be of this process.
func receive(t testing.TB, tracer *uprobe.Tracer) []event {
	t.Helper()
	return receiveFrom(t, tracer, os.Getpid())
}

// receiveFrom is like receive, for the events of the process pid.
func receiveFrom(t testing.TB, tracer *uprobe.Tracer, pid int) []event {
	t.Helper()
	if err := tracer.Detach(); err != nil {
		t.Fatal(err)
	}
	var events []event
	var ev uprobe.Event
	for {
		switch err := tracer.Next(&ev); {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return events
		case err != nil:
			t.Fatal(err)
		}
		if int(ev.PID) != pid || len(ev.Comm) == 0 || ev.TID == 0 {
			t.Errorf("event of process %d, thread %d, %q", ev.PID, ev.TID, ev.Comm)
		}
		if age := time.Since(ev.Time); age < -time.Second || age > 10*time.Minute {
			t.Errorf("event at %v", ev.Time)
		}
		copied := event{Probe: ev.Probe}
		for _, v := range ev.Args {
			v.Data = append([]byte(nil), v.Data...)
			copied.Args = append(copied.Args, v)
		}
		events = append(events, copied)
	}
}

// closing closes c twice at the end of the test.
func closing(t testing.TB, c interface{ Close() error }) {
	t.Helper()
	t.Cleanup(func() {
		for range 2 {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
