package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// check reports flags that choose no process, and a process that the kernel does not trace.
func (s scope) check() error {
	switch {
	case s.all && s.pid != 0:
		return usagef("use either --pid or --all, not both")
	case s.all:
		return nil
	case s.pid == 0:
		return usagef("which process? use --pid PID or --all; usdt list shows the processes with probes")
	case s.pid < 0:
		return usagef("--pid %d: process ids are positive", s.pid)
	}
	return checkMainThread(s.pid)
}

// each calls f with the files with probes of one process after the other, and returns how many
// processes this user may not read.
func (s scope) each(
	reader *process.Client, withAttached bool, f func([]process.Object),
) (denied int, err error) {
	if s.all {
		return reader.Each(withAttached, f)
	}
	objects, err := reader.Read(s.pid, withAttached)
	if err == nil {
		f(objects)
	}
	return 0, err
}

// checkMainThread reports an id that /proc knows, but that the kernel does not trace as a process:
// the id of another thread than the main one, and the id of a process whose main thread has ended
// while others live on, because the main thread had the memory by which the kernel knows a process.
func checkMainThread(pid int) error {
	status := readStatus(pid)
	switch leader := status["Tgid"]; {
	case leader != "" && leader != strconv.Itoa(pid):
		return fmt.Errorf("%d is a thread: use -p %s to trace its process", pid, leader)
	case strings.HasPrefix(status["State"], "Z") && status["Threads"] != "1":
		return fmt.Errorf("the main thread of process %d has ended, and the kernel cannot "+
			"trace it by its id: use --all --where 'pid == %d'", pid, pid)
	}
	return nil
}

// processComm returns the command name of a process, or nothing when it has ended.
func processComm(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return strings.TrimSuffix(string(text), "\n")
}

// readStatus returns the fields of /proc/PID/status, none when there is no such process.
func readStatus(pid int) map[string]string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	fields := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}
