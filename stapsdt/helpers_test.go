//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"bufio"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// newProvider returns a provider that is closed when the test ends.
func newProvider(t testing.TB, options ...stapsdt.Option) *stapsdt.Provider {
	t.Helper()
	p := stapsdt.MustProvider("test", options...)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func mustLoad(t testing.TB, p *stapsdt.Provider) {
	t.Helper()
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
}

// attach attaches a counting perf event to the probe until the test ends or the result is closed.
// It needs the right to trace.
func attach(t testing.TB, p *stapsdt.Probe) *counter.Counter {
	t.Helper()
	c, err := counter.OpenProbe(p.Path(), p.Name())
	if err != nil {
		testenv.Lacks(t, err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// again returns a command that runs one test of this test program in another process. If go test
// -exec ran this process by another program, USDT_TEST_EXEC must name that program.
func again(t testing.TB, test string, env ...string) *exec.Cmd {
	t.Helper()
	args := testenv.Again(test)
	if runner := os.Getenv("USDT_TEST_EXEC"); runner != "" {
		args = append([]string{runner}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// passesAgain runs a test again under a seccomp policy or another change that cannot be undone.
func passesAgain(t *testing.T, test string, env ...string) {
	t.Helper()
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		t.Skipf("no seccomp under %s", emulator)
	}
	out, err := again(t, test, env...).CombinedOutput()
	switch {
	case err == nil && strings.Contains(string(out), "--- SKIP: "+test):
		t.Skipf("%s", out)
	case err != nil || !strings.Contains(string(out), "--- PASS: "+test):
		t.Errorf("%v\n%s", err, out)
	}
}

func value(t testing.TB, c *counter.Counter) uint64 {
	t.Helper()
	v, err := c.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// resources counts what a provider could leak: descriptors and mappings of this process that
// belong to images, and files in dir.
func resources(t testing.TB, dir string) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		target, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && (strings.Contains(target, "stapsdt") || strings.HasPrefix(target, dir)) {
			n++
		}
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if strings.Contains(lines.Text(), "stapsdt") || strings.Contains(lines.Text(), dir) {
			n++
		}
	}
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
