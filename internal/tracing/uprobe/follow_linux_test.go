//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// programs are paths of the program of package forms: two names of one file, and another file.
type programs struct{ wanted, other, copied string }

func newPrograms(t *testing.T) programs {
	t.Helper()
	path := formsProgram(t, runtime.GOARCH)
	dir := filepath.Dir(path)
	// Every user may run them.
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	p := programs{
		wanted: filepath.Join(filepath.Dir(path), "a-name-that-is-longer-than-15-bytes"),
		other:  filepath.Join(filepath.Dir(path), "other"),
		copied: path,
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.wanted, text, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(p.wanted, p.other); err != nil {
		t.Fatal(err)
	}
	return p
}

// firesEach is how often each process of a storm fires.
const firesEach = 2

// stormSize returns how many processes of each kind a storm has.
func stormSize(isMain bool) int {
	if testing.Short() && !isMain {
		return 40 // in an emulated machine each takes some 10 ms
	}
	return 300
}

// A kind is how processes of a storm are started.
type kind struct {
	path string
	attr *syscall.SysProcAttr
}

// storm runs processes that fire at once and end, several at a time, in an order in which each
// kind follows every other.
func storm(size int, kinds ...kind) error {
	const atOnce = 8
	var wg sync.WaitGroup
	errs := make(chan error, len(kinds)*size)
	slots := make(chan struct{}, atOnce)
	for range size {
		for _, k := range kinds {
			slots <- struct{}{}
			wg.Go(func() {
				cmd := exec.Command(k.path)
				cmd.Stdin = strings.NewReader(strings.Repeat("\n", firesEach))
				cmd.SysProcAttr = k.attr
				if err := cmd.Run(); err != nil {
					errs <- fmt.Errorf("%s: %w", k.path, err)
				}
				<-slots
			})
		}
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// counting counts the hits of the first probe of two files in a set.
func (p programs) counting(t *testing.T, set *uprobe.Processes) *uprobe.Counter {
	t.Helper()
	probe := formsProbe(t, p.wanted)
	probe.Sites = append(probe.Sites, formsProbe(t, p.copied).Sites...)
	counter, err := uprobe.Count([]uprobe.Probe{probe}, uprobe.Options{Processes: set})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, counter)
	return counter
}

// check compares the count with that of some processes of storms.
func check(t *testing.T, counter *uprobe.Counter, set *uprobe.Processes, processes int) {
	t.Helper()
	hits, err := counter.Read()
	if want := uint64(processes * firesEach); err != nil || hits[0] != want {
		t.Errorf("%d hits, want %d; %v", hits, want, err)
	}
	if missed, err := set.Missed(); missed != 0 || err != nil {
		t.Errorf("missed %d processes, %v", missed, err)
	}
}

// follow makes a set that follows.
func follow(t *testing.T, c uprobe.Criteria) *uprobe.Processes {
	t.Helper()
	set := newProcesses(t)
	if err := set.Follow(c); err != nil {
		if errors.Is(err, uprobe.ErrNoFollow) {
			testenv.Lacks(t, err)
		}
		t.Fatal(err)
	}
	return set
}

// TestFollow counts each hit of processes that live for some milliseconds, and none of others that
// start at the same time.
func TestFollow(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	p := newPrograms(t)
	const nobody = 65534
	asNobody := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	var st unix.Stat_t
	if err := unix.Stat(p.wanted, &st); err != nil {
		t.Fatal(err)
	}
	comms := []string{"nothing", filepath.Base(p.wanted)}
	files := []uprobe.Executable{{Dev: st.Dev, Inode: st.Ino}, {Dev: st.Dev + 1, Inode: st.Ino}}
	for _, tt := range []struct {
		name  string
		c     uprobe.Criteria
		kinds []kind // of which the first is to be counted
	}{
		{"comm", uprobe.Criteria{Comms: comms}, []kind{{path: p.wanted}, {path: p.other}}},
		{"exe", uprobe.Criteria{Executables: files}, []kind{{path: p.other}, {path: p.copied}}},
		{"user", uprobe.Criteria{Users: []uint32{nobody}},
			[]kind{{p.wanted, asNobody}, {path: p.wanted}}},
		{"all", uprobe.Criteria{Users: []uint32{nobody, 7}, Executables: files, Comms: comms}, []kind{
			{p.wanted, asNobody}, {path: p.wanted}, {p.other, asNobody}, {p.copied, asNobody},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := follow(t, tt.c)
			counter := p.counting(t, set)
			size := stormSize(tt.name == "comm")
			if err := storm(size, tt.kinds...); err != nil {
				t.Fatal(err)
			}
			check(t, counter, set, size)
		})
	}
}

// TestFollowCgroup does the same for the processes below a cgroup.
func TestFollowCgroup(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	root := t.TempDir()
	if err := unix.Mount("cgroup2", root, "cgroup2", 0, ""); err != nil {
		testenv.Lacks(t, err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	wanted := filepath.Join(root, fmt.Sprintf("usdt-follow-%d", os.Getpid()))
	other, later := wanted+"-other", wanted+"-later"
	into := func(dir string) *syscall.SysProcAttr {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.Remove(dir); err != nil {
				t.Error(err)
			}
		})
		file, err := os.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(file.Fd())}
	}
	p := newPrograms(t)
	inWanted, below, inOther := into(wanted), into(filepath.Join(wanted, "below")), into(other)
	set := follow(t, uprobe.Criteria{Cgroups: []string{wanted, later}})
	counter := p.counting(t, set)
	size := stormSize(false)
	if err := storm(size, kind{p.wanted, inWanted}, kind{p.wanted, below},
		kind{p.wanted, inOther}, kind{path: p.wanted}); err != nil {
		t.Fatal(err)
	}
	check(t, counter, set, 2*size)
	comes, comesBelow := into(later), into(filepath.Join(wanted, "below", "again"))
	if err := storm(size, kind{p.wanted, comes}, kind{p.wanted, comesBelow},
		kind{p.wanted, into(filepath.Join(other, "later"))}); err != nil {
		t.Fatal(err)
	}
	check(t, counter, set, 4*size)
	if err := newProcesses(t).Follow(uprobe.Criteria{Cgroups: []string{t.TempDir()}}); err == nil {
		t.Error("another directory is followed as a cgroup")
	}
}

// stormOf is the variable that has a test below start a storm of the program whose path is its
// value. If stormBelow is set too, a child does it when it is asked to by a line.
const (
	stormOf    = "USDT_TEST_STORM"
	stormBelow = "USDT_TEST_STORM_BELOW"
)

// stormAsChild reports whether this process is one that a test has started for a storm.
func stormAsChild(t *testing.T) bool {
	path := os.Getenv(stormOf)
	if path == "" {
		return false
	}
	if os.Getenv(stormBelow) == "" {
		if err := storm(stormSize(true), kind{path: path}); err != nil {
			t.Fatal(err)
		}
		return true
	}
	fmt.Println()
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	child := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), stormBelow+"=")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fmt.Println()
	return true
}

// TestFollowDescendants follows the processes that a process starts, and those that these start.
func TestFollowDescendants(t *testing.T) {
	if stormAsChild(t) {
		return
	}
	p := newPrograms(t)
	start := func(t *testing.T) *testenv.Child {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestFollowDescendants$")
		cmd.Env = append(os.Environ(), stormOf+"="+p.wanted, stormBelow+"=1")
		c := testenv.Start(t, cmd)
		c.Next(t)
		return c
	}
	for name, c := range map[string]uprobe.Criteria{
		"any": {Descend: true}, "or comm": {Descend: true, Comms: []string{"other"}},
	} {
		t.Run(name, func(t *testing.T) {
			set := follow(t, c)
			counter := p.counting(t, set)
			wanted, other := start(t), start(t)
			if err := set.Add(wanted.PID()); err != nil {
				t.Fatal(err)
			}
			wanted.Ask(t, "")
			other.Ask(t, "")
			size := stormSize(true)
			check(t, counter, set, size)
			if len(c.Comms) > 0 {
				more := stormSize(false)
				if err := storm(more, kind{path: p.other}, kind{path: p.copied}); err != nil {
					t.Fatal(err)
				}
				check(t, counter, set, size+more)
			}
		})
	}
}

// TestFollowTwice refuses other criteria than those that a set has.
func TestFollowTwice(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	set := follow(t, uprobe.Criteria{Descend: true})
	if err := set.Follow(uprobe.Criteria{}); err == nil {
		t.Error("it follows both")
	}
}
