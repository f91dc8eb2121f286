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
)

// A Reader reads the probes of processes. It remembers the files that it has read, so that a
// library that many processes have mapped is read once. The zero value is ready. A Reader is not
// safe for concurrent use.
type Reader struct {
	files map[fileID]*fileNotes
}

// Read returns the objects of a process, in the order of their addresses. A process without probes,
// such as a kernel thread, has none.
//
// Errors match [fs.ErrNotExist] when there is no such process, and [fs.ErrPermission] when the
// caller may not look into it. What is wrong with one file only is in [Object.Err]; such an object
// has no notes.
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

// ReadAll returns the objects of all processes that the caller may look into, by process id, and
// the number of processes that it may not look into. It leaves out processes that end meanwhile,
// and forgets files that no process has mapped any more.
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

// pidsIn returns the ids of the processes or threads that a directory of /proc lists.
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

// A process is the process that is being read, with what is known about it. Each item is read when
// it is first needed.
type process struct {
	pid             int
	proc            string // its directory in /proc, or that of one of its threads
	work            work
	named           bool
	comm, container string
	descriptors     map[statID]int // the lowest of each open regular file; nil before they are read
}

// readMaps returns the memory map, and sets p.proc. When the main thread has ended, /proc/PID knows
// only the name of the process; the directories of the other threads still have its memory and its
// files.
func (p *process) readMaps() ([]mapsLine, error) {
	p.proc = fmt.Sprintf("/proc/%d", p.pid)
	lines, err := readMaps(p.proc)
	if err != nil || len(lines) > 0 {
		return lines, err
	}
	threads, _ := pidsIn(p.proc + "/task")
	for _, thread := range threads {
		proc := fmt.Sprintf("/proc/%d", thread) // /proc does not list it, but has it
		if lines, err := readMaps(proc); err == nil && len(lines) > 0 {
			p.proc = proc
			return lines, nil
		}
	}
	return nil, nil
}

// readMaps returns nothing for a process without memory, such as a kernel thread or a zombie.
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
