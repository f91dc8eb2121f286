//go:build linux && (amd64 || arm64)

// Package selftrace has usdt read the probes of the process that runs a test. It is for packages
// two directories below the root of the repository, also in modules of their own.
package selftrace

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/document"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

var update = flag.Bool("update", false, "write the tables of probes into docs/instrument.md")

// directory is where usdt is built. It is for Run to remove.
var directory string

// Run runs the tests of a package. Its TestMain calls os.Exit with the result.
func Run(m *testing.M) int {
	var err error
	if directory, err = os.MkdirTemp("", "selftrace"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	return m.Run()
}

var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(directory, "usdt")
	out, err := exec.Command("go", "build", "-C", "../..", "-o", path, "./cmd/usdt").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build usdt: %w\n%s", err, out)
	}
	return path, err
})

// Load loads all probes of this process until the test is over, and returns the path of usdt. It
// skips the test if usdt may not trace.
func Load(t *testing.T) (usdt string) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stapsdt.Unload(); err != nil {
			t.Error(err)
		}
	})
	usdt, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return usdt
}

// Describe compares the table of a provider's probes in docs/instrument.md with what usdt describe
// writes about this process. Other programs rely on them: see docs/naming.md for what may change.
func Describe(t *testing.T, provider string) {
	t.Helper()
	const page = "../../docs/instrument.md"
	out, err := exec.Command(Load(t), "describe", "-p", fmt.Sprint(os.Getpid()), "--markdown",
		provider+":*").Output()
	if err != nil {
		t.Fatal(err)
	}
	described := strings.TrimSpace(string(out))
	if *update {
		if err := document.Replace(page, provider, described); err != nil {
			t.Fatal(err)
		}
	}
	table, err := document.Section(page, provider)
	if err != nil {
		t.Fatal(err)
	}
	if table = strings.TrimSpace(table); described != table {
		t.Errorf("usdt describes\n%s\nthe page has, until go test -update writes it,\n%s",
			described, table)
	}
}

// Probes returns the probes that match PROVIDER:PROBE, in which the probe can have wildcards.
func Probes(t *testing.T, pattern string) (found []*stapsdt.Probe) {
	t.Helper()
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			if ok, _ := path.Match(pattern, provider.Name()+":"+p.Name()); ok {
				found = append(found, p)
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("there is no %s", pattern)
	}
	return found
}

// Attach starts a tracer, and returns when it has attached to all the probes. Before that, it waits
// until no tracer is: the kernel detaches some time after the end of the one before.
func Attach(t *testing.T, tracer *exec.Cmd, to []*stapsdt.Probe) *testenv.Child {
	t.Helper()
	await(t, to, false, func() string { return "" })
	child := testenv.Start(t, tracer)
	t.Cleanup(child.Kill)
	await(t, to, true, func() string {
		child.Kill()
		return child.Errors()
	})
	return child
}

// await waits until all the probes are traced, or none is.
func await(t *testing.T, probes []*stapsdt.Probe, traced bool, why func() string) {
	t.Helper()
	deadline := time.Now().Add(testenv.Patience)
	for _, p := range probes {
		for p.Traced() != traced {
			if time.Now().After(deadline) {
				t.Fatalf("%s: Traced is still %t: %s", p.Name(), !traced, why())
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// A Trace is a usdt trace of probes of one provider.
type Trace struct {
	child    *testenv.Child
	provider string
}

// Start has usdt trace the probes that match, and returns when it does.
func Start(t *testing.T, pattern string) *Trace {
	t.Helper()
	tracer := exec.Command(Load(t), "trace", "-p", fmt.Sprint(os.Getpid()), pattern)
	provider, _, _ := strings.Cut(pattern, ":")
	return &Trace{Attach(t, tracer, Probes(t, pattern)), provider}
}

// Expect compares what usdt prints about the next events, without the time, the thread and the
// provider, with expressions.
func (c *Trace) Expect(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		_, event, _ := strings.Cut(c.child.Next(t), " "+c.provider+":")
		if !regexp.MustCompile("^(?:" + w + ")$").MatchString(event) {
			t.Errorf("usdt printed %q, want %q", event, w)
		}
	}
}
