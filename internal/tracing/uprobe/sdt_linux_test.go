//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// wantSDT returns the arguments that testdata/sdt.c passes. A nil is an address that is not known.
func wantSDT() map[string][]any {
	table := []int64{-1, 1 << 62, -3, 4}
	return map[string][]any{
		"plain": {
			int64(-5), int64(math.MinInt64), int64(-2), int64(4000000000), int64(math.MaxInt64),
			nil,
		},
		"many": {
			int64(7), int64(-7), int64(math.MinInt64), table[2], table[2], nil, nil, int64(-1),
			int64(8000000000 & math.MaxUint32), int64(0), int64(-1), int64(math.MaxInt64),
		},
		"guarded": {int64(4000000000)},
	}
}

// findIn returns the probes of a provider in a process, in the order of names.
func findIn(t *testing.T, pid int, provider string, names ...string) []uprobe.Probe {
	t.Helper()
	objects, err := process.Read(pid)
	if err != nil {
		t.Fatal(err)
	}
	probes := make([]uprobe.Probe, len(names))
	for i, name := range names {
		probes[i] = uprobe.Probe{Provider: provider, Name: name}
		for _, o := range objects {
			for _, n := range o.Notes {
				if n.Provider != provider || n.Name != name {
					continue
				}
				probes[i].Sites = append(probes[i].Sites, uprobe.Site{
					Path: o.Path, Note: n, SemaphoreAddresses: o.SemaphoreAddresses(n),
					Symbols: symbolsOf(t, o.Path, "table"),
				})
			}
		}
		if len(probes[i].Sites) == 0 {
			t.Fatalf("process %d has no %s:%s", pid, provider, name)
		}
	}
	return probes
}

// TestSDT traces a C program with the probes of sys/sdt.h, which have semaphores.
func TestSDT(t *testing.T) {
	for name, flags := range map[string][]string{
		"O0": {"-O0"}, "O2": {"-O2"}, "no PIE": {"-O2", "-no-pie"},
	} {
		t.Run(name, func(t *testing.T) {
			program := testenv.StartFiring(t, buildC(t, "sdt.c", flags...))
			pid := program.PID()
			names := []string{"plain", "many", "guarded"}
			probes := findIn(t, pid, "csdt", names...)
			eachKernel(t, func(t *testing.T, o uprobe.Options) {
				o.PID = pid
				o.WaitForPages = true // nobody may have touched the page of the text
				if program.Fire(t) != "0" {
					t.Error("the semaphore is set although nobody traces")
				}
				tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{
					Options:  o,
					Captures: [][]uprobe.Capture{{{Arg: 5, Length: -1, Max: 32}}, nil, nil},
				})
				if err != nil {
					t.Fatal(err)
				}
				closing(t, tracer)
				if program.Fire(t) != "1" {
					t.Error("the semaphore is not set")
				}
				events := receiveFrom(t, tracer, o.PID)
				if program.Fire(t) != "0" {
					t.Error("the semaphore is still set after detaching")
				}
				if len(events) != len(names) {
					t.Fatalf("%d events: %v", len(events), events)
				}
				for i, ev := range events {
					checkSDT(t, names[i], ev.Args)
				}
				if text := events[0].Args[5]; o.Features.Sleep && string(text.Data) != "from C" {
					t.Errorf("text %+v", text)
				}
			})
		})
	}
}

func checkSDT(t *testing.T, probe string, args []uprobe.Value) {
	t.Helper()
	want := wantSDT()[probe]
	if len(args) != len(want) {
		t.Fatalf("%s: %d arguments, want %d", probe, len(args), len(want))
	}
	got := make([]any, len(args))
	for i, v := range args {
		if v.Read && want[i] != nil {
			got[i] = int64(v.Int)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", probe, diff)
	}
}

// TestOneProcess traces one of two processes that run the same file, whose execute permission has
// been taken away: shared libraries and sealed memfds have none.
func TestOneProcess(t *testing.T) {
	path := buildC(t, "sdt.c", "-O2")
	traced, other := testenv.StartFiring(t, path), testenv.StartFiring(t, path)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	probes := findIn(t, traced.PID(), "csdt", "guarded")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.PID = traced.PID()
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		other.Fire(t)
		if traced.Fire(t) != "1" {
			t.Error("the semaphore is not set")
		}
		if events := receiveFrom(t, tracer, o.PID); len(events) != 1 {
			t.Errorf("%d events: %v", len(events), events)
		}
	})
}

// TestSomeProcesses traces two of three processes that run the same file. Each counts the tracer in
// its own semaphore.
func TestSomeProcesses(t *testing.T) {
	path := buildC(t, "sdt.c", "-O2")
	first, second := testenv.StartFiring(t, path), testenv.StartFiring(t, path)
	other := testenv.StartFiring(t, path)
	var sites []uprobe.Site
	for _, pid := range []int{first.PID(), second.PID()} {
		for _, site := range findIn(t, pid, "csdt", "guarded")[0].Sites {
			site.PID = pid
			sites = append(sites, site)
		}
	}
	probes := []uprobe.Probe{{Provider: "csdt", Name: "guarded", Sites: sites}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.PID = 0
		counter, err := uprobe.Count(probes, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		for range 2 {
			if first.Fire(t) != "1" || second.Fire(t) != "1" {
				t.Error("a semaphore is not set")
			}
		}
		chooses := !o.Features.Multi || o.Features.MultiProcess
		if other.Fire(t) != "0" && chooses {
			t.Error("the semaphore of another process is set")
		}
		if err := counter.Detach(); err != nil {
			t.Fatal(err)
		}
		if first.Fire(t) != "0" || second.Fire(t) != "0" {
			t.Error("a semaphore is still set after detaching")
		}
		if hits, err := counter.Read(); err != nil || hits[0] != 4 {
			t.Errorf("counted %d hits, %v, want 4", hits, err)
		}
	})
}

// TestAllProcesses traces a file in every process that runs it.
func TestAllProcesses(t *testing.T) {
	path := buildC(t, "sdt.c", "-O2")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		first := testenv.StartFiring(t, path)
		probes := findIn(t, first.PID(), "csdt", "plain")
		o.PID = 0
		if !o.Features.Semaphores {
			if tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o}); err == nil {
				tracer.Close()
				t.Error("a semaphore was counted in all processes without the kernel's help")
			}
			o.Features.Semaphores = true
		}
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		second := testenv.StartFiring(t, path)
		first.Fire(t)
		second.Fire(t)
		if err := tracer.Detach(); err != nil {
			t.Fatal(err)
		}
		missing := map[int]bool{first.PID(): true, second.PID(): true}
		for range 2 {
			var ev uprobe.Event
			if err := tracer.Next(&ev); err != nil || string(ev.Comm) != "sdt" {
				t.Errorf("event of %q, %v", ev.Comm, err)
			}
			delete(missing, int(ev.PID))
		}
		if len(missing) > 0 {
			t.Errorf("no event of the processes %v", missing)
		}
	})
}
