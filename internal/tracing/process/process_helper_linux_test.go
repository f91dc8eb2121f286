//go:build amd64 || arm64

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// buildProcess builds testdata/process.c, or a library from it, and returns its path.
func buildProcess(t *testing.T, dir, name string, flags ...string) string {
	t.Helper()
	testenv.RequireSDT(t)
	path := filepath.Join(dir, name)
	args := append([]string{"-O1", "-o", path, "testdata/process.c", "-pthread"}, flags...)
	if out, err := exec.Command(testenv.Tool(t, "gcc"), args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return path
}

// cProcess is a running testdata/process.c.
type cProcess struct {
	*testenv.Child
	main uint64 // the address of its function main
}

// startProcess runs a command line that becomes testdata/process.c. The end of the test ends it.
func startProcess(t *testing.T, command string, args ...string) *cProcess {
	t.Helper()
	c := &cProcess{Child: testenv.Start(t, exec.Command(command, args...))}
	line := c.Next(t)
	if _, err := fmt.Sscanf(line, "0x%x", &c.main); err != nil {
		t.Fatalf("%v: first line %q: %v", c.Cmd, line, err)
	}
	return c
}

// count has the process increment the semaphore of its probe counted.
func (c *cProcess) count(t *testing.T) {
	t.Helper()
	c.Ask(t, "")
}

// awaitNoMap waits until the main thread has no memory map any more.
func (c *cProcess) awaitNoMap(t *testing.T) {
	t.Helper()
	for {
		maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", c.PID()))
		if len(maps) == 0 && (err == nil || errors.Is(err, unix.ESRCH)) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// zombify ends the process, and leaves it to be waited for.
func (c *cProcess) zombify(t *testing.T) {
	t.Helper()
	c.CloseInput()
	if err := unix.Waitid(unix.P_PID, c.PID(), nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
}

// readProcess returns the objects of the process that have probes of the provider.
func readProcess(t *testing.T, pid int, provider string) []process.Object {
	t.Helper()
	objects, err := process.Read(pid)
	if err != nil {
		t.Fatal(err)
	}
	var found []process.Object
	for _, o := range objects {
		if o.Err != nil || o.Notes[0].Provider == provider {
			found = append(found, o)
		}
	}
	return found
}

// objectOf returns the only such object.
func objectOf(t *testing.T, pid int, provider string) process.Object {
	t.Helper()
	objects := readProcess(t, pid, provider)
	if len(objects) != 1 {
		t.Fatalf("%d objects of process %d have probes of %s, want 1: %+v",
			len(objects), pid, provider, objects)
	}
	return objects[0]
}

// checkObject holds what o says to the file that its path leads to and to the memory of the
// process.
func checkObject(t *testing.T, o process.Object) {
	t.Helper()
	if o.Err != nil {
		t.Fatalf("%q: %v", o.Name, o.Err)
	}
	file, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	notes, err := sdtnote.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(notes, o.Notes); diff != "" {
		t.Errorf("%s: notes (-file +object):\n%s", o.Path, diff)
	}
	var st unix.Stat_t
	err = unix.Stat(o.Path, &st)
	if err != nil || uint64(st.Dev) != o.Dev || st.Ino != o.Inode {
		t.Errorf("%s: device %#x, inode %d, %v, want %#x, %d",
			o.Path, st.Dev, st.Ino, err, o.Dev, o.Inode)
	}

	mem := openMemory(t, o.PID)
	for _, n := range o.Notes {
		addresses := o.Addresses(n)
		if len(addresses) == 0 {
			t.Errorf("%s:%s is nowhere in memory", n.Provider, n.Name)
		}
		for _, address := range addresses {
			code := make([]byte, 16)
			if _, err := mem.ReadAt(code, int64(address)); err != nil {
				t.Fatal(err)
			}
			// The site itself changes when a tracer is attached.
			const site = 10
			if want := file[n.FileOffset:][:len(code)]; string(code[site:]) != string(want[site:]) {
				t.Errorf("%s:%s at %#x: % x, want % x", n.Provider, n.Name, address, code, want)
			}
		}
	}
}

// openMemory opens the memory of a process, that of its last thread: the main one may have ended.
func openMemory(t *testing.T, pid int) *os.File {
	t.Helper()
	memories, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/mem", pid))
	if err != nil || len(memories) == 0 {
		t.Fatalf("no threads in process %d (%v)", pid, err)
	}
	mem, err := os.Open(memories[len(memories)-1])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mem.Close() })
	return mem
}

func checkAttached(t *testing.T, o process.Object, name string, want bool) {
	t.Helper()
	attached, err := new(process.Reader).Attached(&o)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range o.Notes {
		if n.Name == name && attached[i] != want {
			t.Errorf("%s:%s attached: %v, want %v", n.Provider, n.Name, attached[i], want)
		}
	}
}

// checkInspected holds what Inspect says of a probe to the file and to the memory of the process.
func checkInspected(t *testing.T, o process.Object, name string, attached bool) {
	t.Helper()
	n := o.Notes[slices.IndexFunc(o.Notes, func(n sdtnote.Note) bool { return n.Name == name })]
	s, err := new(process.Reader).Inspect(o, n)
	if err = errors.Join(err, s.MemoryErr); err != nil {
		t.Fatal(err)
	}
	if s.IsAttached != attached {
		t.Errorf("%s:%s inspected as attached: %v, want %v", n.Provider, n.Name, s.IsAttached, attached)
	}
	file, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(file[s.Start:], s.Code) || n.FileOffset-s.Start >= uint64(len(s.Code)) {
		t.Errorf("code % x at %#x of the file, which has the site at %#x", s.Code, s.Start, n.FileOffset)
	}
	if counted := s.Semaphores; (len(counted) > 0) != (n.SemaphoreOffset != 0) {
		t.Errorf("%s:%s has semaphores %v", n.Provider, n.Name, counted)
	}
	var fired []uint64
	mem := openMemory(t, o.PID)
	for _, m := range s.Mapped {
		if m.Address == 0 {
			continue
		}
		if m.IsFired {
			fired = append(fired, m.Address+n.FileOffset-s.Start)
		}
		now := make([]byte, len(m.Code))
		if _, err := mem.ReadAt(now, int64(m.Address)); err != nil || !bytes.Equal(now, m.Code) {
			t.Errorf("% x at %#x, want % x (%v)", m.Code, m.Address, now, err)
		}
	}
	for _, address := range fired {
		if !slices.Contains(o.Addresses(n), address) {
			t.Errorf("fired at %#x, want one of %#x", address, o.Addresses(n))
		}
	}
	if len(fired) == 0 {
		t.Errorf("fired nowhere of %+v", s.Mapped)
	}
}
