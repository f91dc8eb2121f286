//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestGdbSignals loads probes while gdb is attached and all threads get SIGURG again and again, as
// Go's runtime sends it to threads of a busy program. None interrupts gdb's step over the
// breakpoint by which gdb learns of the load, and none is kept off for longer. With cgo, the
// runtime sends no signals to a thread that loads.
func TestGdbSignals(t *testing.T) {
	needTracer(t, "gdb")
	matrix(t, func(t *testing.T, c config) {
		if c.cgo != "0" && c.tags == "" {
			t.Skip("the runtime sends no signals to a thread that is in C")
		}
		if c.backing == embedded {
			t.Skip("nothing stops gdb at a load")
		}
		app := startTraced(t, c)
		debugger := gdb(t, app, "set debug infrun on", "echo attached\\n", "continue")
		debugger.awaitLine(t, "attached")
		waitContinued(t, app.PID())
		loaded, stormy := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stormy)
			for {
				select {
				case <-loaded:
					return
				default:
					signalThreads(app.PID())
				}
			}
		}()
		const loads = 20
		for range loads {
			app.do(t, "unload")
			app.do(t, "load")
		}
		close(loaded)
		<-stormy
		for _, thread := range threads(app.PID()) {
			if status, err := os.ReadFile(thread + "/status"); err == nil && blocksSIGURG(t, status) {
				t.Errorf("%s keeps the signal off:\n%s", thread, status)
			}
		}
		app.end(t)
		debugger.Output(t)
		log := debugger.Errors()
		if n := strings.Count(log, "handle_signal_stop: stop_pc="); n < loads {
			t.Errorf("gdb says that it has stopped %d times", n)
		}
		const interrupted = "signal arrived while stepping over breakpoint"
		if n := strings.Count(log, interrupted); n > 0 {
			t.Errorf("signals have interrupted %d steps", n)
		}
	})
}

// threads returns the directories of a process's threads.
func threads(pid int) []string {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		panic(err) // the pattern is wrong
	}
	return names
}

func signalThreads(pid int) {
	for _, thread := range threads(pid) {
		if tid, err := strconv.Atoi(filepath.Base(thread)); err == nil {
			_ = unix.Tgkill(pid, tid, unix.SIGURG) // it may have ended
		}
	}
}

func blocksSIGURG(t *testing.T, status []byte) bool {
	t.Helper()
	m := regexp.MustCompile(`(?m)^SigBlk:\t([0-9a-f]{16})$`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no blocked signals:\n%s", status)
	}
	mask, err := strconv.ParseUint(string(m[1]), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return mask>>(unix.SIGURG-1)&1 != 0
}
