package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// open opens a watcher, which ends with the test. Without the rights for it, the test is skipped.
func open(t *testing.T) *Watcher {
	t.Helper()
	w, err := Open()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.ENOSYS) {
		testenv.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// await waits until an event has come for each of the conditions, in any order.
func (w *Watcher) await(t *testing.T, conditions ...func(Event) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	var events []Event
	for len(conditions) > 0 {
		var err error
		if events, err = w.Wait(ctx, events[:0]); err != nil {
			t.Fatalf("%d conditions are left: %v", len(conditions), err)
		}
		for _, e := range events {
			for i, holds := range conditions {
				if holds(e) {
					conditions = append(conditions[:i:i], conditions[i+1:]...)
					break
				}
			}
		}
	}
}

// TestMapped maps a file as code, which is not the first that has its inode.
func TestMapped(t *testing.T) {
	w := open(t)
	path := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(path, make([]byte, os.Getpagesize()), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	code, err := unix.Mmap(int(file.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_PRIVATE)
	if err != nil {
		t.Skip(err) // mounted without code
	}
	defer unix.Munmap(code)
	w.await(t, func(e Event) bool {
		return e.Kind == Mapped && e.PID == os.Getpid() && e.File.Inode == st.Ino &&
			e.File.Major == unix.Major(st.Dev) && e.File.Minor == unix.Minor(st.Dev)
	})
}

// TestProcess starts a process, which maps code and ends.
func TestProcess(t *testing.T) {
	w := open(t)
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	w.await(t, // while it runs: there is no room for all that a busy machine does meanwhile
		func(e Event) bool { return e.Kind == Forked && e.PID == pid && e.Parent == os.Getpid() },
		func(e Event) bool { return e.Kind == Mapped && e.PID == pid },
		func(e Event) bool { return e.Kind == Exited && e.PID == pid },
	)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// TestLost has more happen than there is room for, and then the watcher goes on.
func TestLost(t *testing.T) {
	w := open(t)
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const record = mappedPath + 8
	for range len(w.rings) * len(w.rings[0].data) / record {
		if err := mapCode(file); err != nil {
			t.Fatal(err)
		}
	}
	events, err := w.Wait(t.Context(), nil)
	if err != nil || len(events) < 1000 {
		t.Errorf("%d events and %v", len(events), err)
	}
	// What was lost is told with the next record of the processor, whichever it was.
	if err := mapOnEach(file); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^$")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.await(t, func(e Event) bool { return e.Kind == Lost },
		func(e Event) bool { return e.Kind == Exited && e.PID == cmd.Process.Pid })
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// mapCode maps the beginning of a file as code, for a moment.
func mapCode(file *os.File) error {
	code, err := unix.Mmap(int(file.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	return unix.Munmap(code)
}

// mapOnEach maps a file as code on each processor.
func mapOnEach(file *os.File) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		var all unix.CPUSet
		err := unix.SchedGetaffinity(0, &all)
		for cpu := 0; err == nil && all.Count() > 0; cpu++ {
			if !all.IsSet(cpu) {
				continue
			}
			all.Clear(cpu)
			var one unix.CPUSet
			one.Set(cpu)
			err = errors.Join(unix.SchedSetaffinity(0, &one), mapCode(file))
		}
		done <- err
	}()
	return <-done
}

// TestWaitSleeps checks that waiting does not find itself over for ever, once it was.
func TestWaitSleeps(t *testing.T) {
	w := open(t)
	for range 100 { // what ends it may also come when an event has
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		for ctx.Err() == nil {
			_, _ = w.Wait(ctx, nil)
		}
		cancel()
		ready := []unix.PollFd{{Fd: int32(w.wake), Events: unix.POLLIN}}
		if n, err := unix.Poll(ready, 0); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			return
		}
	}
	t.Error("waiting ends at once")
}

// TestEnd ends waiting.
func TestEnd(t *testing.T) {
	w := open(t)
	end := errors.New("end")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Millisecond, func() { cancel(end) })
	for {
		if _, err := w.Wait(ctx, nil); errors.Is(err, end) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
