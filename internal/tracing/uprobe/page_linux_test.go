//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// buildC compiles a program of testdata and returns its path.
func buildC(t *testing.T, source string, flags ...string) string {
	t.Helper()
	testenv.RequireSDT(t)
	cc := testenv.Tool(t, "cc")
	path := filepath.Join(t.TempDir(), strings.TrimSuffix(source, ".c"))
	flags = append(flags, "-Wall", "-Wextra", "-Werror", "-o", path,
		filepath.Join("testdata", source))
	cmd := exec.Command(cc, flags...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return path
}

// TestPageThatNeverComes: a hit does not wait for the page that its argument points into. If one
// did, the program would not answer, and this test would hang until it is killed.
func TestPageThatNeverComes(t *testing.T) {
	program := testenv.StartFiring(t, buildC(t, "page.c", "-O2", "-pthread"))
	probes := findIn(t, program.PID(), "page", "text")
	where, err := filter.Parse(`arg0 == "has come"`)
	if err != nil {
		t.Fatal(err)
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.PID = program.PID()
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{
			Options:  o,
			Captures: [][]uprobe.Capture{{{Arg: 0, Length: -1, Max: 8}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		groups, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Numbered(1), Scale: histogram.Log2(),
			By: []uprobe.By{{Argument: uprobe.Numbered(0), Text: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, groups)
		filtered := o
		filtered.Filter = where
		counter, err := uprobe.Count(probes, filtered)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)

		program.Fire(t)
		events := receiveFrom(t, tracer, o.PID)
		if len(events) != 1 || events[0].Args[0].Captured || events[0].Args[1].Int != 7 {
			t.Errorf("events %+v, want one whose text could not be read", events)
		}
		if n, err := groups.Unreadable(); n != 1 || err != nil {
			t.Errorf("%d hits without a group, %v; want 1", n, err)
		}
		if n, err := counter.Read(); n[0] != 0 || err != nil {
			t.Errorf("%d hits with the text, %v; want none", n[0], err)
		}
	})
}

// TestWaitForPages waits for a page that comes at once.
func TestWaitForPages(t *testing.T) {
	if !kernel.Running().Features.Sleep {
		t.Skip("this kernel has no programs of uprobes that can wait")
	}
	path := buildC(t, "page.c", "-O2", "-pthread")
	for _, inSet := range []bool{false, true} {
		program := testenv.Start(t, exec.Command(path, "serve"))
		program.Next(t)
		o := uprobe.Options{PID: program.PID(), WaitForPages: true}
		if inSet {
			o.PID, o.Processes = 0, newProcesses(t)
			if err := o.Processes.Add(program.PID()); err != nil {
				t.Fatal(err)
			}
		}
		tracer, err := uprobe.Trace(findIn(t, program.PID(), "page", "text"), uprobe.TraceOptions{
			Options:  o,
			Captures: [][]uprobe.Capture{{{Arg: 0, Length: -1, Max: 8}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		program.Fire(t)
		events := receiveFrom(t, tracer, program.PID())
		if len(events) != 1 || string(events[0].Args[0].Data) != "has come" {
			t.Errorf("in a set %t: events %+v, want one with the text of the page", inSet, events)
		}
	}
}
