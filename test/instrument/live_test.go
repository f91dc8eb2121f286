//go:build linux && (amd64 || arm64)

// Package instrument has usdt and bpftrace read the probes of the packages in instrument/ from a
// live process, which is this test, and compares the page about them with what usdt describes.
package instrument

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// providers are those of the packages in instrument/.
var providers = []string{"slog", "http_server", "http_client", "checkout", "shop", "go", "sql"}

// goroutines is how many run when all packages are initialised.
var goroutines = runtime.NumGoroutine()

func TestNoGoroutines(t *testing.T) {
	if goroutines != 1 {
		t.Errorf("%d goroutines run before main, want 1", goroutines)
	}
}

// load loads all probes of this process, and returns the path of usdt.
func load(t *testing.T) (usdt string) {
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
	usdt, err := buildUsdt()
	if err != nil {
		t.Fatal(err)
	}
	return usdt
}

// directory is where the tests of this package build programs.
var directory string

func TestMain(m *testing.M) {
	var err error
	if directory, err = os.MkdirTemp("", "instrument"); err != nil {
		panic(err)
	}
	status := m.Run()
	os.RemoveAll(directory)
	os.Exit(status)
}

var buildUsdt = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(directory, "usdt")
	return path, testbuild.Go(path, nil, "build", "../../cmd/usdt")
})

// probes returns the probes that match PROVIDER:PROBE, in which the probe can have wildcards.
func probes(t *testing.T, pattern string) (found []*stapsdt.Probe) {
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

// await waits until a tracer has attached to all the probes.
func await(t *testing.T, tracer *testenv.Child, of []*stapsdt.Probe) {
	t.Helper()
	deadline := time.Now().Add(testenv.Patience)
	for _, p := range of {
		for !p.Traced() {
			if time.Now().After(deadline) {
				tracer.Kill()
				t.Fatalf("%s is not traced: %s", p.Name(), tracer.Errors())
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// trace has usdt trace the probes that match while do runs, and compares what it prints about each
// event, without the time, the thread and the provider, with expressions.
func trace(t *testing.T, pattern string, do func(), want ...string) {
	t.Helper()
	usdt := load(t)
	child := testenv.Start(t, exec.Command(usdt, "trace", "-p", fmt.Sprint(os.Getpid()), pattern))
	defer child.Kill()
	await(t, child, probes(t, pattern))
	do()
	provider, _, _ := strings.Cut(pattern, ":")
	for _, w := range want {
		_, event, _ := strings.Cut(child.Next(t), " "+provider+":")
		if !regexp.MustCompile("^(?:" + w + ")$").MatchString(event) {
			t.Errorf("usdt printed %q, want %q", event, w)
		}
	}
}
