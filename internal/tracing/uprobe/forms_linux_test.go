//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/forms"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// formsProgram returns the path of the program of package forms for an architecture. It makes the
// program or, if USDT_FORMS is set because there is no compiler, copies the file that USDT_FORMS
// names, or for another architecture than that of this program one beside it. A copy is needed
// because not every file system supports uprobes.
func formsProgram(t *testing.T, arch string) string {
	t.Helper()
	dir := t.TempDir()
	made := os.Getenv("USDT_FORMS")
	if made != "" && arch != runtime.GOARCH {
		made += "-" + arch
	}
	if made == "" {
		path, err := forms.Build(dir, arch)
		if err != nil {
			testenv.Lacks(t, err)
		}
		return path
	}
	b, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "forms")
	if err := os.WriteFile(path, b, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestForms traces a program that has an argument for every form of operand.
func TestForms(t *testing.T) { testForms(t, runtime.GOARCH) }

// TestForms386 does the same with a program of 32 bits.
func TestForms386(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("no programs for x86 run here")
	}
	testForms(t, "386")
}

func testForms(t *testing.T, arch string) {
	t.Helper()
	path := formsProgram(t, arch)
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	symbols := symbolsOf(t, path, "table", "local", operand.GOT)
	list := forms.Probes(arch)
	if len(notes) != len(list) {
		t.Fatalf("%d notes, want %d", len(notes), len(list))
	}
	var probes []uprobe.Probe
	for i, n := range notes {
		if n.Name != list[i].Name || n.Args != list[i].Arg {
			t.Fatalf("note %d is %+v, want %+v", i, n, list[i])
		}
		probes = append(probes, uprobe.Probe{
			Provider: n.Provider, Name: n.Name,
			Sites: []uprobe.Site{{Path: path, Note: n, Symbols: symbols}},
		})
	}

	program := testenv.StartFiring(t, path)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.PID = program.PID()
		// The kernel detaches perf events one after the other, which takes 50 ms each. A part of
		// the forms, of all kinds and sizes, must be enough.
		step := 1
		if !o.Features.Multi {
			step = 13
		}
		probes, list := every(probes, step), every(list, step)
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		program.Fire(t)
		events := receiveFrom(t, tracer, o.PID)
		if len(events) != len(list) {
			t.Fatalf("%d events, want %d", len(events), len(list))
		}
		for _, ev := range events {
			p := list[ev.Probe]
			if v := ev.Args[0]; !v.Read || v.Int != p.Want {
				t.Errorf("%s: %+v, want %#x", p.Arg, v, p.Want)
			}
		}
	})
}

func every[T any](list []T, step int) (some []T) {
	for i := 0; i < len(list); i += step {
		some = append(some, list[i])
	}
	return some
}

func symbolsOf(t *testing.T, path string, names ...string) map[string]uint64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := sdtnote.SymbolAddresses(file, names...)
	if err != nil {
		t.Fatal(err)
	}
	return symbols
}
