package sdtnote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A Reader reads the probes of processes. It remembers the files that it has read, so that a library that
// many processes have mapped is read once. The zero value is ready. It is not safe for concurrent use.
type Reader struct {
	files map[fileID]*fileNotes
}

// ReadProcess returns the objects of a process, in the order of their addresses. A process without probes,
// such as a kernel thread, has none.
//
// Errors match [fs.ErrNotExist] when there is no such process, and [fs.ErrPermission] when the caller may
// not look into it. What is wrong with one file only is in [Object.Err]; such objects have no notes.
func ReadProcess(pid int) ([]Object, error) { return new(Reader).ReadProcess(pid) }

// ReadProcess is [ReadProcess] with the memory of r.
func (r *Reader) ReadProcess(pid int) ([]Object, error) {
	if pid <= 0 { // kill(2) gives these a meaning
		return nil, &ProcessError{pid, "does not exist", fs.ErrNotExist}
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if errors.Is(err, unix.ESRCH) {
		return nil, nil // without memory, as kernel threads and zombies are; some kernels show an empty file
	}
	if err != nil {
		return nil, processError(pid, err)
	}
	defer f.Close()
	lines, err := parseMaps(f)
	if err != nil {
		return nil, processError(pid, fmt.Errorf("read memory map: %w", err))
	}

	p := process{pid: pid}
	var objects []Object
	for _, m := range groupByFile(lines) {
		o, ok := r.readObject(&p, m)
		if !ok {
			continue
		}
		o.Comm, o.Container = p.names()
		objects = append(objects, o)
	}
	return objects, nil
}

// ReadAll returns the objects of all processes that the caller may look into, by process id, and the number
// of those that it may not. Processes that end meanwhile are left out. Files that no process has mapped any
// more are forgotten.
func (r *Reader) ReadAll() (objects []Object, denied int, err error) {
	pids, err := processes()
	if err != nil {
		return nil, 0, err
	}
	for _, f := range r.files {
		f.used = false
	}
	for _, pid := range pids {
		of, err := r.ReadProcess(pid)
		if errors.Is(err, fs.ErrPermission) {
			denied++
		}
		objects = append(objects, of...)
	}
	for id, f := range r.files {
		if !f.used {
			delete(r.files, id)
		}
	}
	return objects, denied, nil
}

func processes() ([]int, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, nil
}

// A process is what is known about the process that is being read, each item from when it is first needed.
type process struct {
	pid             int
	named           bool
	comm, container string
	descriptors     map[statID]int // the lowest descriptor of each open regular file; nil before it is read
}

func (p *process) names() (comm, container string) {
	if !p.named {
		p.named = true
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p.pid))
		p.comm = strings.TrimSuffix(string(text), "\n")
		cgroups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", p.pid))
		p.container = containerID(string(cgroups))
	}
	return p.comm, p.container
}

// A ProcessError says why a process cannot be read.
type ProcessError struct {
	PID    int
	Reason string
	Err    error
}

func (e *ProcessError) Error() string { return fmt.Sprintf("process %d %s", e.PID, e.Reason) }
func (e *ProcessError) Unwrap() error { return e.Err }

func processError(pid int, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied(pid, err)
	case errors.Is(err, unix.ESRCH):
		return &ProcessError{pid, "has ended", fs.ErrNotExist}
	case !errors.Is(err, fs.ErrNotExist):
		return &ProcessError{pid, fmt.Sprintf("cannot be read: %v", err), err}
	}
	// Under the mount option hidepid, /proc does not show the processes of others.
	switch unix.Kill(pid, 0) {
	case unix.EPERM:
		return denied(pid, fs.ErrPermission)
	case nil:
		return &ProcessError{pid, "is not in /proc: mount the proc file system there", err}
	}
	return &ProcessError{pid, "does not exist", err}
}

func denied(pid int, err error) error {
	remedy := "run as root, or as the user that it runs as"
	if os.Geteuid() == 0 {
		remedy = "run with CAP_SYS_PTRACE and with all capabilities that it has"
	}
	return &ProcessError{pid, "may not be read by this user: " + remedy, err}
}
