//go:build linux && amd64

package uprobe_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// wantValues are the arguments that testdata/values.c passes: numbers, what text there is, or nil
// for a structure.
var wantValues = map[string][]any{
	"integers":   {-5, 65000, -70000, -6000000000, uint64(10000000000000000000), 42},
	"computed":   {420000000000000, uint64(9999999999999930000), 6000000000},
	"floats":     {1.25, float32(-3.5), 2.5, float32(-7), -4.5, 3.5},
	"fconstants": {1.5, float32(0.25), 2.5, float32(-0.75)},
	"places":     {-12345, -20, 30, -3, -4, 'b'},
	"wides":      {-5000000000, "thirty-two", 1},
	"structure":  {nil, 7},
	"thread":     {77, 7},
}

// mayBeUnreadable are the obstacles that a compiler can put in the way of an argument.
var mayBeUnreadable = []string{
	"only the compiler knows where its constant .L", // in 32 bits it has no name in the file either
	"the kernel shows tracers no floating-point registers",
}

// TestValues holds what is read to what C programs pass, which gcc and clang describe for 64 and
// for 32 bits.
func TestValues(t *testing.T) {
	for _, compiler := range []string{"gcc", "clang"} {
		if _, err := exec.LookPath(compiler); err != nil && compiler == "clang" {
			t.Log("clang is not installed, gcc has to do")
			continue
		}
		for _, bits := range []string{"-m64", "-m32"} {
			for _, flags := range []string{"-O0", "-O1", "-O2", "-Os", "-O2 -fno-pie", "-O2 -fPIC"} {
				t.Run(compiler+" "+bits+" "+flags, func(t *testing.T) {
					path := buildValues(t, compiler, append(strings.Fields(flags), bits)...)
					testValues(t, path, bits == "-m64")
				})
			}
		}
	}
}

// buildValues makes the program without a C library, which the machine may lack for 32 bits.
func buildValues(t *testing.T, compiler string, flags ...string) string {
	t.Helper()
	testenv.RequireSDT(t)
	path := filepath.Join(t.TempDir(), "values")
	flags = append(flags, "-ffreestanding", "-nostdlib", "-static", "-fno-stack-protector",
		"-idirafter", "/usr/include/x86_64-linux-gnu", "-Wall", "-Wextra", "-Werror",
		"-o", path, "testdata/values.c")
	cmd := exec.Command(testenv.Tool(t, compiler), flags...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return path
}

func testValues(t *testing.T, path string, inThread bool) {
	t.Helper()
	if os.Getuid() != 0 {
		testenv.Lacks(t, fmt.Errorf("not root"))
	}
	program := testenv.StartFiring(t, path)
	probes := valueProbes(t, program.PID(), inThread)
	o := uprobe.TraceOptions{Options: uprobe.Options{PID: program.PID(), WaitForPages: true}}
	for _, p := range probes {
		var captures []uprobe.Capture
		if p.Name == "wides" {
			captures = []uprobe.Capture{{Arg: 1, Length: -1, Max: 32}}
		}
		o.Captures = append(o.Captures, captures)
	}
	tracer, err := uprobe.Trace(probes, o)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, tracer)
	program.Fire(t)
	events := receiveFrom(t, tracer, o.PID)
	if len(events) != len(probes) {
		t.Fatalf("%d events, want %d", len(events), len(probes))
	}
	read := 0
	for _, ev := range events {
		read += checkValues(t, probes[ev.Probe], ev.Args)
	}
	if read < 20 {
		t.Errorf("only %d arguments can be read", read)
	}
}

// valueProbes returns the probes of a process, in no order.
func valueProbes(t *testing.T, pid int, inThread bool) []uprobe.Probe {
	t.Helper()
	objects, err := process.Read(pid)
	if err != nil {
		t.Fatal(err)
	}
	var probes []uprobe.Probe
	for _, o := range objects {
		for _, n := range o.Notes {
			site := uprobe.Site{Path: o.Path, Note: n, Symbols: o.Symbols}
			probes = append(probes, uprobe.Probe{
				Provider: n.Provider, Name: n.Name, Sites: []uprobe.Site{site},
			})
		}
	}
	want := len(wantValues)
	if !inThread {
		want--
	}
	if len(probes) != want {
		t.Fatalf("%d probes, want %d", len(probes), want)
	}
	return probes
}

// checkValues returns how many arguments were read.
func checkValues(t *testing.T, p uprobe.Probe, args []uprobe.Value) (read int) {
	t.Helper()
	obstacles := p.Obstacles()
	for i, want := range wantValues[p.Name] {
		got, what := args[i], fmt.Sprintf("%s, %s", p, p.Sites[0].Note.Args)
		if err := obstacles[i]; err != nil {
			if got.Read || !isExpected(err, want) {
				t.Errorf("%s: argument %d: %+v, %v", what, i, got, err)
			}
			continue
		}
		read++
		if text, isText := want.(string); isText {
			if string(got.Data) != text {
				t.Errorf("%s: argument %d: %+v, want %q", what, i, got, text)
			}
			continue
		}
		if bits := bitsOf(t, want); !got.Read || got.Int != bits {
			t.Errorf("%s: argument %d: %+v, want %#x, %v", what, i, got, bits, want)
		}
	}
	return read
}

// isExpected reports whether an argument may have an obstacle.
func isExpected(err error, want any) bool {
	if want == nil {
		return strings.Contains(err.Error(), "as a structure can have")
	}
	for _, text := range mayBeUnreadable {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

func bitsOf(t *testing.T, v any) uint64 {
	t.Helper()
	switch v := v.(type) {
	case int:
		return uint64(v)
	case rune:
		return uint64(v)
	case uint64:
		return v
	case float64:
		return math.Float64bits(v)
	case float32:
		return uint64(math.Float32bits(v))
	}
	t.Fatalf("%T", v)
	return 0
}
