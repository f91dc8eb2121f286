//go:build linux

package command

import (
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A stuckThread sleeps inside a tracer's handler of a probe, where it waits for memory. The kernel
// detaches nothing until it has left the handler.
type stuckThread struct {
	pid, tid string
	name     string
}

func (s stuckThread) String() string {
	return fmt.Sprintf("thread %s of process %s (%s) waits for memory inside a probe",
		s.tid, s.pid, printable.Text(s.name))
}

// inHandler matches the stack of a thread that is in a handler of a uprobe: one of BPF, or one of
// uprobe_events. handler_chain may be inlined.
var inHandler = regexp.MustCompile(
	`(?m)^\[<.*>\] (handler_chain|uprobe_prog_run|uprobe_dispatcher)\+`)

// findStuck looks for a stuck thread in proc: first in the processes pids, then in all others. It
// finds none if this process may not read the kernel stacks of others (CAP_SYS_ADMIN). A process
// that is executing a program can make the kernel wait before it shows a stack (lock_trace in
// fs/proc/base.c); then the search ends at the deadline.
func findStuck(proc fs.FS, pids []int, deadline time.Time) (s stuckThread, found bool) {
	type answer struct {
		thread stuckThread
		found  bool
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		a.thread, a.found = searchStuck(proc, pids, deadline)
		done <- a
	}()
	select {
	case a := <-done:
		return a.thread, a.found
	case <-time.After(time.Until(deadline)):
		return stuckThread{}, false
	}
}

func searchStuck(proc fs.FS, pids []int, deadline time.Time) (s stuckThread, found bool) {
	var processes []string
	for _, pid := range pids {
		processes = append(processes, strconv.Itoa(pid))
	}
	others, _ := fs.Glob(proc, "[0-9]*")
	for _, p := range append(processes, others...) {
		threads, _ := fs.Glob(proc, p+"/task/[0-9]*")
		for _, dir := range threads {
			if time.Now().After(deadline) {
				return stuckThread{}, false
			}
			if name, sleeps := readSleeper(proc, dir); sleeps {
				_, tid, _ := strings.Cut(dir, "/task/")
				return stuckThread{p, tid, name}, true
			}
		}
	}
	return stuckThread{}, false
}

// readSleeper returns the name of a thread, and whether the thread sleeps in a handler.
func readSleeper(proc fs.FS, dir string) (name string, sleeps bool) {
	stack, _ := fs.ReadFile(proc, dir+"/stack")
	if !inHandler.Match(stack) {
		return "", false
	}
	stat, _ := fs.ReadFile(proc, dir+"/stat")
	_, rest, _ := strings.Cut(string(stat), "(")
	last := strings.LastIndex(rest, ") ")
	if last < 0 || strings.HasPrefix(rest[last:], ") R") { // it is just passing
		return "", false
	}
	return rest[:last], true
}
