//go:build linux && amd64

package tracers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/forms"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestEngineReadsForms compares what internal/tracing/uprobe and bpftrace read of each form of
// operand, in one process at the same time.
func TestEngineReadsForms(t *testing.T) {
	needTracer(t, "bpftrace")
	for _, arch := range []string{runtime.GOARCH, "386"} {
		t.Run(arch, func(t *testing.T) {
			path, err := forms.Build(t.TempDir(), arch)
			if err != nil {
				testenv.Lacks(t, err)
			}
			// Each operand comes in 8 sizes. bpftrace detaches from one probe after the other, which
			// takes 0.1 seconds each.
			const some = 9
			compareReaders(t, path, func(i int, n sdtnote.Note) bool { return i%some == 0 })
		})
	}
}

// TestEngineReadsC does the same with the probes of sys/sdt.h in a C program.
func TestEngineReadsC(t *testing.T) {
	needTracer(t, "bpftrace")
	for _, optimize := range []string{"-O0", "-O1", "-O2"} {
		t.Run(optimize, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sdt")
			cmd := exec.Command(testenv.Tool(t, "cc"), optimize, "-o", path,
				"../../internal/tracing/uprobe/testdata/sdt.c")
			if out, err := cmd.CombinedOutput(); err != nil {
				testenv.Lacks(t, fmt.Errorf("%v: %w\n%s", cmd, err, out)) // the package systemtap-sdt-dev
			}
			compareReaders(t, path, func(_ int, n sdtnote.Note) bool { return true })
		})
	}
}

// bpftraceReads says whether bpftrace 0.17 can read the argument. It reads only the first six, and
// neither symbols in memory operands, floating-point numbers and variables of a thread, nor the
// high bytes and the pairs of registers.
func bpftraceReads(i int, a operand.Arg) bool {
	isStrange := a.Float || a.InThread || a.Reg.High || a.Upper.Name != ""
	return i < 6 && a.Symbol == "" && a.Err == nil && !isStrange
}

func compareReaders(t *testing.T, path string, want func(int, sdtnote.Note) bool) {
	t.Helper()
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var probes []uprobe.Probe
	script := "interval:ms:100 { printf(\"" + firstReady + "\\n\"); }\n"
	seen := make(map[string]bool)
	for i, n := range notes {
		// If a probe has several sites, the program runs only the first.
		if !want(i, n) || seen[n.Name] {
			continue
		}
		seen[n.Name] = true
		probes = append(probes,
			uprobe.Probe{Provider: n.Provider, Name: n.Name, Sites: []uprobe.Site{{Path: path, Note: n}}})
		for i, a := range operand.Parse(n) {
			if bpftraceReads(i, a) {
				script += fmt.Sprintf("usdt:%s:%s:%s { printf(\"%s arg%d = %%lld\\n\", arg%d); }\n",
					path, n.Provider, n.Name, n.Name, i, i)
			}
		}
	}

	program := testenv.StartFiring(t, path)
	pid := program.PID()
	tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: uprobe.Options{PID: pid}})
	if err != nil {
		t.Fatal(err)
	}
	defer tracer.Close()
	b := start(t, installed.command("-p", strconv.Itoa(pid), "-B", "none", "-e", script))
	for line := b.Next(t); line != firstReady; line = b.Next(t) {
	}
	program.Fire(t)

	ours := readEngine(t, tracer, probes)
	theirs := make(map[string]string)
	for len(theirs) < len(ours) {
		if name, value, ok := strings.Cut(b.Next(t), " = "); ok {
			theirs[name] = value
		}
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Errorf("(-bpftrace +engine)\n%s", diff)
	}
	t.Logf("%d arguments", len(ours))
	b.Terminate()
	if _, err := b.Wait(); err != nil {
		t.Error(err)
	}
}

// readEngine returns those arguments that bpftrace can read, too.
func readEngine(t *testing.T, tracer *uprobe.Tracer, probes []uprobe.Probe) map[string]string {
	t.Helper()
	values := make(map[string]string)
	var ev uprobe.Event
	deadline := time.Now().Add(testenv.Patience)
	for received := 0; received < len(probes); {
		switch err := tracer.Next(&ev); {
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(deadline):
			continue
		case err != nil:
			t.Fatal(err)
		}
		received++
		for i, a := range probes[ev.Probe].Args() {
			if !bpftraceReads(i, a) {
				continue
			}
			if !ev.Args[i].Read {
				t.Errorf("%s: %s was not read", probes[ev.Probe], a.Text)
			}
			name := fmt.Sprintf("%s arg%d", probes[ev.Probe].Name, i)
			values[name] = strconv.FormatInt(int64(ev.Args[i].Int), 10)
		}
	}
	return values
}
