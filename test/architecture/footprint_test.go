//go:build linux

// Package architecture tests two claims of docs/architecture.md: what importing stapsdt costs, and
// which package imports which.
package architecture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// What a program with probes may cost over the same program without them.
const (
	maxSize        = 375 << 10 // bytes of the file, without cgo; it grows in steps of a page
	maxInitBytes   = 1 << 10
	maxAllocations = 15
)

// build compiles a program of testdata without cgo. -trimpath makes the size independent of where
// the sources are.
func build(t *testing.T, name string, flags ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path)
	cmd.Args = append(append(cmd.Args, flags...), "./testdata/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return path
}

func TestSize(t *testing.T) {
	with, without := size(t, build(t, "with")), size(t, build(t, "without"))
	t.Logf("%d bytes with probes, %d without, %d KiB more", with, without, (with-without)>>10)
	if with-without > maxSize {
		t.Errorf("probes make the program %d bytes larger, at most %d are allowed", with-without, maxSize)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// cost is what the initialization of a package allocates.
type cost struct{ bytes, allocations int }

// TestInitialization compares each package: some packages are in the program only because of
// stapsdt, and others could cost more because of it. Package main has a provider and a probe.
func TestInitialization(t *testing.T) {
	with, without := initCosts(t, build(t, "with")), initCosts(t, build(t, "without"))
	var sum cost
	for name, c := range with {
		more := cost{max(c.bytes-without[name].bytes, 0), max(c.allocations-without[name].allocations, 0)}
		if more != (cost{}) {
			t.Logf("%s: %+v more than without probes", name, more)
		}
		sum.bytes += more.bytes
		sum.allocations += more.allocations
	}
	t.Logf("initialization: %+v more than without probes", sum)
	if sum.bytes > maxInitBytes || sum.allocations > maxAllocations {
		t.Errorf("initialization costs %+v more, at most %+v are allowed", sum,
			cost{maxInitBytes, maxAllocations})
	}
}

// initCosts returns the least that each package cost in several runs of a program: the runtime may
// allocate at the same time. The program has no other environment, because the first os.Getenv of a
// program makes a copy of it.
func initCosts(t *testing.T, path string) map[string]cost {
	t.Helper()
	least := make(map[string]cost)
	for range 10 {
		cmd := exec.Command(path)
		cmd.Env = []string{"GODEBUG=inittrace=1"}
		child := testenv.Start(t, cmd)
		child.Next(t) // initialization is over
		child.Kill()
		for name, c := range parseTrace(t, child.Errors()) {
			if old, ok := least[name]; ok {
				c = cost{min(c.bytes, old.bytes), min(c.allocations, old.allocations)}
			}
			least[name] = c
		}
	}
	return least
}

// parseTrace reads lines such as
//
//	init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
func parseTrace(t *testing.T, trace string) map[string]cost {
	t.Helper()
	costs := make(map[string]cost)
	for line := range strings.Lines(trace) {
		name, rest, _ := strings.Cut(strings.TrimPrefix(line, "init "), " @")
		var at, took float64
		var c cost
		_, err := fmt.Sscanf(rest, "%f ms, %f ms clock, %d bytes, %d allocs", &at, &took, &c.bytes,
			&c.allocations)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		costs[name] = c
	}
	if len(costs) == 0 {
		t.Fatal("GODEBUG=inittrace=1 printed nothing")
	}
	return costs
}
