package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// A Reader reads the probes of processes. It remembers the files that it has read, so that a library that
// many processes have mapped is read once. The zero value is ready. It is not safe for concurrent use.
type Reader struct {
	files map[fileID]*fileNotes
}

// Read returns the objects of a process, in the order of their addresses. A process without probes,
// such as a kernel thread, has none.
//
// Errors match [fs.ErrNotExist] when there is no such process, and [fs.ErrPermission] when the caller may
// not look into it. What is wrong with one file only is in [Object.Err]; such objects have no notes.
func Read(pid int) ([]Object, error) { return new(Reader).Read(pid) }

// Read is [Read] with the memory of r.
func (r *Reader) Read(pid int) ([]Object, error) {
	if pid <= 0 { // kill(2) gives these a meaning
		return nil, &Error{PID: pid, Reason: "does not exist", Err: fs.ErrNotExist}
	}
	p := process{pid: pid}
	lines, err := p.readMaps()
	if err != nil {
		return nil, processError(pid, err)
	}
	var objects []Object
	for _, m := range groupByFile(lines) {
		o, ok := r.readObject(&p, m)
		if !ok {
			continue
		}
		o.Comm, o.Container = p.names()
		objects = append(objects, o)
		if p.work.exhausted() {
			break
		}
	}
	return objects, nil
}

// readMaps returns the memory map, and sets p.proc. When the main thread has ended, /proc/PID knows only what
// the process is called; the other threads still have its memory and its files.
func (p *process) readMaps() ([]mapsLine, error) {
	p.proc = fmt.Sprintf("/proc/%d", p.pid)
	lines, err := readMaps(p.proc)
	if err != nil || len(lines) > 0 {
		return lines, err
	}
	threads, _ := pidsIn(p.proc + "/task")
	for _, thread := range threads {
		proc := fmt.Sprintf("/proc/%d", thread) // which is not to be seen, but there
		if lines, err := readMaps(proc); err == nil && len(lines) > 0 {
			p.proc = proc
			return lines, nil
		}
	}
	return nil, nil
}

// readMaps returns nothing of what has no memory, as kernel threads and zombies.
func readMaps(proc string) ([]mapsLine, error) {
	f, err := os.Open(proc + "/maps")
	if errors.Is(err, unix.ESRCH) {
		return nil, nil // some kernels show an empty file
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := parseMaps(f)
	if err != nil {
		return nil, fmt.Errorf("read memory map: %w", err)
	}
	return lines, nil
}

// ReadAll returns the objects of all processes that the caller may look into, by process id, and the number
// of those that it may not. Processes that end meanwhile are left out. Files that no process has mapped any
// more are forgotten.
func (r *Reader) ReadAll() (objects []Object, denied int, err error) {
	pids, err := pidsIn("/proc")
	if err != nil {
		return nil, 0, err
	}
	for _, f := range r.files {
		f.used = false
	}
	for _, pid := range pids {
		of, err := r.Read(pid)
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

// pidsIn returns the ids of the processes or threads that a directory of /proc has.
func pidsIn(path string) ([]int, error) {
	dir, err := os.Open(path)
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
	proc            string // its directory in /proc, or that of one of its threads
	work            work
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

// A Error says why a process cannot be read.
type Error struct {
	PID    int
	Reason string
	Remedy string // or empty
	Err    error
}

func (e *Error) Error() string {
	if e.Remedy == "" {
		return fmt.Sprintf("process %d %s", e.PID, e.Reason)
	}
	return fmt.Sprintf("process %d %s: %s", e.PID, e.Reason, e.Remedy)
}

func (e *Error) Unwrap() error { return e.Err }

func processError(pid int, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied(pid, err)
	case errors.Is(err, unix.ESRCH):
		return &Error{PID: pid, Reason: "has ended", Err: fs.ErrNotExist}
	case !errors.Is(err, fs.ErrNotExist):
		return &Error{PID: pid, Reason: fmt.Sprintf("cannot be read: %v", err), Err: err}
	}
	// Under the mount option hidepid, /proc does not show the processes of others.
	switch unix.Kill(pid, 0) {
	case unix.EPERM:
		return denied(pid, fs.ErrPermission)
	case nil:
		return &Error{PID: pid, Reason: "is not in /proc", Remedy: "mount the proc file system there", Err: err}
	}
	return &Error{PID: pid, Reason: "does not exist", Err: err}
}

func denied(pid int, err error) error {
	return &Error{
		PID: pid, Reason: "may not be read by this user", Remedy: rights.ToReadOne(), Err: err,
	}
}
