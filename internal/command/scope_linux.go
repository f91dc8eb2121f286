package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// resolve checks the scope, and returns it with the ids of the processes that it describes.
func (s scope) resolve() (scope, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	c, err := s.criteria()
	if err != nil {
		return s, err
	}
	return s.resolveBy(c)
}

// resolveBy is resolve for a scope that has been checked, and whose criteria are known.
func (s scope) resolveBy(c criteria) (scope, error) {
	s.all = s.all || len(s.files) > 0 && s.command == nil && len(s.pids) == 0 && !s.describes()
	if s.command != nil || !s.describes() && !s.children {
		return s, nil
	}
	pids, err := s.find(c)
	s.pids, s.found = pids, true
	return s, err
}

// each calls f with the files with probes of one process after the other, and returns the
// processes that this user may not read. A process that is named must be there, and readable.
func (s scope) each(
	reader *process.Client, withAttached bool, f func([]process.Object),
) (denied []int, err error) {
	if s.command != nil {
		objects, err := s.command.objects(reader, s.named)
		f(objects)
		return nil, err
	}
	if s.all {
		return reader.Each(withAttached, func(objects []process.Object) { f(s.chosen(objects)) })
	}
	for _, pid := range s.pids {
		objects, err := reader.Read(pid, withAttached)
		switch {
		case s.found && errors.Is(err, fs.ErrPermission):
			denied = append(denied, pid)
		case s.found && errors.Is(err, fs.ErrNotExist): // it has ended
		case err != nil:
			return denied, err
		default:
			f(s.chosen(objects))
		}
	}
	return denied, nil
}

// deniedProcesses is the subject of a sentence about processes that this user may not read.
func deniedProcesses(pids []int) string {
	if len(pids) == 1 {
		return fmt.Sprintf("process %d (%s)", pids[0], printable.Text(processComm(pids[0])))
	}
	return fmt.Sprintf("%d processes", len(pids))
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

// hasEnded tells whether a process is gone, or has only its exit status left.
func hasEnded(pid int) bool {
	status := readStatus(pid)
	return len(status) == 0 || strings.HasPrefix(status["State"], "Z") && status["Threads"] == "1"
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
