//go:build linux && (amd64 || arm64)

// Package embedded tests a program that has its probes in its file. The program is that of the
// tests themselves: a test writes a copy with probes and runs itself in that.
package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// inside is set in the environment of processes of the copy.
const inside = "USDT_TEST_INSIDE"

// copies is the directory with the copies, which everybody may run.
var copies string

func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "embedded")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	copies = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// embed returns the path of the copy, which is made once, with what is declared before main.
var embed = sync.OnceValues(func() (string, error) {
	path := filepath.Join(copies, "program")
	return path, testbuild.Embed("/proc/self/exe", path, probesite.Nop)
})

// own returns the path of another copy, which the test may change.
func own(t *testing.T) string {
	t.Helper()
	path, err := embed()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(copies, "")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return copyTo(t, path, filepath.Join(dir, "program"))
}

func copyTo(t *testing.T, path, to string) string {
	t.Helper()
	if err := testbuild.Copy(path, to); err != nil {
		t.Fatal(err)
	}
	return to
}

// command returns how to run this test in a copy.
func command(t *testing.T, path string, environment ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(path, "-test.v", "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	cmd.Env = append(os.Environ(), "STAPSDT_BACKING=", "STAPSDT_DISABLE=", inside+"=1")
	cmd.Env = append(cmd.Env, environment...)
	return cmd
}

// run runs such a command, which must not skip its test.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v: %v\n%s", cmd, err, out)
	}
}

// isInside reports whether the test is to go on: it is in a copy. Elsewhere it runs itself in one.
func isInside(t *testing.T, environment ...string) bool {
	t.Helper()
	needRoot(t)
	if os.Getenv(inside) != "" {
		return true
	}
	run(t, command(t, own(t), environment...))
	return false
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv(inside) == "" {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
}

// executable is what Path returns of embedded probes.
func executable() string { return fmt.Sprintf("/proc/%d/exe", os.Getpid()) }

func load(t *testing.T, p *stapsdt.Provider) {
	t.Helper()
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
}

func expectPath(t *testing.T, p *stapsdt.Probe, isEmbedded bool) {
	t.Helper()
	if got := p.Path(); got == "" || (got == executable()) != isEmbedded {
		t.Errorf("path of %s: %q, want that of the program: %v", p.Name(), got, isEmbedded)
	}
}

// count attaches to a probe in a file.
func count(t *testing.T, path, probe string) *counter.Counter {
	t.Helper()
	c, err := counter.OpenProbe(path, probe)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func expectCount(t *testing.T, when string, c *counter.Counter, want uint64) {
	t.Helper()
	if got, err := c.Value(); err != nil || got != want {
		t.Errorf("%s: counted %d (%v), want %d", when, got, err, want)
	}
}
