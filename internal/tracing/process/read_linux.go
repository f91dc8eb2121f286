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
// library that many processes have mapped is read once; what it remembers takes at most 32 MiB. It
// does not wait long for file systems that do not answer. The zero value is ready. A Reader is not
// safe for concurrent use.
type Reader struct {
	WithAttached bool // fill in Object.Attached

	contents contents
	patience patience
	spaces   spaces
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
	r.patience.ofUser(pid)
	p, lines, err := r.readMaps(pid)
	if err != nil {
		return nil, processError(pid, err)
	}
	var objects []Object
	for _, m := range groupByFile(lines) {
		o, ok := r.awaitObject(&p, m)
		if !ok {
			continue
		}
		o.Comm, o.Container = p.names()
		objects = append(objects, o)
		if p.work.exhausted() {
			break
		}
	}
	if r.WithAttached {
		objects = r.withAttached(objects)
	}
	return objects, nil
}

// withAttached fills in Attached, and leaves out the objects of a process that has ended. Where
// Yama lets nobody but root look into memory, others may still know what is mapped.
func (r *Reader) withAttached(objects []Object) []Object {
	var living []Object
	for _, o := range objects {
		if o.Err != nil {
			living = append(living, o)
			continue
		}
		var err error
		o.Attached, err = r.Attached(&o)
		switch {
		case errors.Is(err, errNoAnswer):
			living = append(living, Object{PID: o.PID, Name: o.Name, Err: err})
		case err != nil && !errors.Is(err, fs.ErrPermission):
			continue
		}
		living = append(living, o)
	}
	return living
}

// awaitObject is readObject with a limit to the time that the file system takes.
func (r *Reader) awaitObject(p *process, m fileMappings) (Object, bool) {
	type answer struct {
		o  Object
		ok bool
		p  process
	}
	if !r.patience.isSilent(m.file.dev) {
		a, err := await(&r.patience, func(w *watch) answer {
			p := *p
			o, ok := r.readObject(w, &p, m)
			return answer{o, ok, p}
		})
		if err == nil {
			*p = a.p
			return a.o, a.ok
		}
		r.patience.setSilent(m.file.dev)
	}
	o := Object{PID: p.pid, Name: unescape(m.file.name)}
	o.Err = fileError(o.Name, p.pid, errNoAnswer)
	return o, true
}

// Each calls f with the objects of each process that the caller may look into, by process id, and
// returns the ids of those that it may not look into. It leaves out processes that end
// meanwhile, and those without objects. One that does not answer has an object with an error.
func (r *Reader) Each(f func([]Object)) (denied []int, err error) {
	pids, err := idsIn("/proc")
	if err != nil {
		return nil, err
	}
	for _, pid := range pids {
		objects, err := r.Read(pid)
		switch {
		case errors.Is(err, fs.ErrPermission):
			denied = append(denied, pid)
		case errors.Is(err, errSilent):
			objects = []Object{{PID: pid, Err: err}}
		}
		if len(objects) > 0 {
			f(objects)
		}
	}
	return denied, nil
}

// idsIn returns the ids of the processes, threads or descriptors that a directory of /proc lists,
// in order.
func idsIn(path string) ([]int, error) {
	dir, err := os.Open(path) // #nosec G304 -- a directory of the kernel
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, name := range names {
		if id, err := strconv.Atoi(name); err == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// A process holds what is known about the process being read. Each item is read on first use.
type process struct {
	pid             int
	proc            string // its directory in /proc, or that of one of its threads
	work            work
	named           bool
	comm, container string
	descriptors     map[string][]int // by what their links say; nil before they are read
}

// errSilent says that the kernel does not tell what is in the memory of a process.
var errSilent = errors.New("no answer; skipped")

// readMaps returns a process and its memory map. That takes long while a thread of the process
// waits in changing the map, and while the process waits in execve(2), which closes files: a file
// system can hold it there for ever (exec_update_lock in fs/exec.c).
func (r *Reader) readMaps(pid int) (process, []mapsLine, error) {
	type answer struct {
		p     process
		lines []mapsLine
		err   error
	}
	a, err := await(&r.patience, func(w *watch) answer {
		a := answer{p: process{pid: pid}}
		a.lines, a.err = a.p.readMaps(w)
		return a
	})
	if err != nil {
		return process{}, nil, errSilent
	}
	return a.p, a.lines, a.err
}

// readMaps returns the memory map, and sets p.proc. When the main thread has ended, /proc/PID knows
// only the name of the process; the directories of the other threads still have its memory and its
// files.
func (p *process) readMaps(w *watch) ([]mapsLine, error) {
	p.proc = fmt.Sprintf("/proc/%d", p.pid)
	lines, err := readMaps(w, p.proc)
	if err != nil || len(lines) > 0 {
		return lines, err
	}
	threads, _ := idsIn(p.proc + "/task")
	for _, thread := range threads {
		proc := fmt.Sprintf("/proc/%d", thread) // it exists although /proc does not list it
		if lines, err := readMaps(w, proc); err == nil && len(lines) > 0 {
			p.proc = proc
			return lines, nil
		}
	}
	return nil, nil
}

// readMaps returns nothing for a process without memory, such as a kernel thread or a zombie.
func readMaps(w *watch, proc string) ([]mapsLine, error) {
	var f *os.File
	err := w.call(func() (err error) {
		f, err = os.Open(proc + "/maps") // #nosec G304 -- a file of the kernel
		return err
	})
	if errors.Is(err, unix.ESRCH) {
		return nil, nil // some kernels show an empty file
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := parseMaps(watchedReader{f, w})
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
		p.container = containerIn(string(cgroups))
	}
	return p.comm, p.container
}
