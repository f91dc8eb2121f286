//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"errors"
	"math"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/forms"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// formsProbe is the first probe of the program of package forms, which the file path is.
func formsProbe(t *testing.T, path string) uprobe.Probe {
	t.Helper()
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := forms.Probes(runtime.GOARCH)[0].Name
	for _, n := range notes {
		if n.Name == first {
			return uprobe.Probe{
				Provider: n.Provider, Name: n.Name, Sites: []uprobe.Site{{Path: path, Note: n}},
			}
		}
	}
	t.Fatalf("no probe %s", first)
	return uprobe.Probe{}
}

// TestProcesses traces a set of processes that changes. They have the site by different paths, and
// the program has a filter besides.
func TestProcesses(t *testing.T) {
	path := formsProgram(t, runtime.GOARCH)
	first, second := testenv.StartFiring(t, path), testenv.StartFiring(t, path)
	probe := formsProbe(t, path)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	site := probe.Sites[0]
	site.Dev, site.Inode = st.Dev, st.Ino
	site.PID = first.PID() // which the set overrides
	again := site
	again.Path = "/proc/self/root" + path
	probe.Sites = []uprobe.Site{site, again}
	e, err := filter.Parse("pid != 1")
	if err != nil {
		t.Fatal(err)
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		set := newProcesses(t)
		o.PID, o.Processes, o.Filter = 0, set, e
		counter, err := uprobe.Count([]uprobe.Probe{probe}, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		want := uint64(0)
		fire := func(of uint64) {
			t.Helper()
			first.Fire(t)
			second.Fire(t)
			want += of
			if hits, err := counter.Read(); err != nil || hits[0] != want {
				t.Fatalf("%d hits, want %d; %v", hits, want, err)
			}
		}
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		fire(0)
		check(set.Add(second.PID()))
		check(set.Add(second.PID()))
		fire(1)
		check(set.Add(first.PID()))
		fire(2)
		check(set.Remove(second.PID()))
		check(set.Remove(second.PID()))
		fire(1)
		check(set.Remove(first.PID()))
		fire(0)
	})
}

// Ids that no process has are refused: in 32 bits they could be those of another.
func TestProcessesRefuse(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	set := newProcesses(t)
	for _, pid := range []int{-1, 0, math.MaxInt32 + 1} {
		if set.Add(pid) == nil || set.Remove(pid) == nil {
			t.Errorf("process %d was added and removed", pid)
		}
	}
}
