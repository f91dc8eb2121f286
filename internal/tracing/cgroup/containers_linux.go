package cgroup

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Containers names the containers, or the pods, of processes that may be gone by the time when
// somebody asks. It knows what was there when Remember was called last. It is safe for concurrent
// use.
type Containers struct {
	mounts    Mounts
	name      func(Membership) string
	mu        sync.Mutex
	byCgroup  map[uint64]string
	byProcess map[uint64]string // if not all hierarchies are of version 2
}

// NewContainers returns the containers that there are. name, such as [Membership.Container], names
// the one that a process is in.
func NewContainers(m Mounts, name func(Membership) string) *Containers {
	c := &Containers{
		mounts: m, name: name,
		byCgroup: make(map[uint64]string), byProcess: make(map[uint64]string),
	}
	c.Remember()
	return c
}

// Remember looks for further containers.
func (c *Containers) Remember() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remember()
	if !c.mounts.AreUnified() {
		c.rememberProcesses()
	}
}

// AreUnified reports whether all hierarchies are of version 2. Otherwise container engines may use
// those of version 1, whose cgroups BPF programs do not know.
func (m Mounts) AreUnified() bool {
	return len(m) > 0 && !slices.ContainsFunc(m, func(one mount) bool { return one.hierarchy != "" })
}

// OfCgroup returns the container that a cgroup is in, by the id that the kernel gives to no other
// one. One that was gone before anybody asked is "cgroup ID".
func (c *Containers) OfCgroup(id uint64) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name, known := c.byCgroup[id]; known {
		return name
	}
	c.remember()
	name, known := c.byCgroup[id]
	if !known {
		name = fmt.Sprintf("cgroup %d", id)
		c.byCgroup[id] = name
	}
	return name
}

// remember reads which cgroups there are.
func (c *Containers) remember() {
	for _, mount := range c.mounts {
		if mount.hierarchy != "" {
			continue
		}
		_ = filepath.WalkDir(mount.point, func(dir string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil // it is gone, or a file
			}
			below, err := filepath.Rel(mount.point, dir)
			if err != nil {
				return err
			}
			if id, err := ID(dir); err == nil {
				c.byCgroup[id] = c.name(Membership{{"", path.Join(mount.root, below)}})
			}
			return nil
		})
	}
}

// rememberProcesses reads the cgroups of all processes.
func (c *Containers) rememberProcesses() {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return // the pattern is valid
	}
	for _, name := range names {
		if pid, err := strconv.ParseUint(filepath.Base(name), 10, 32); err == nil {
			c.readProcess(pid)
		}
	}
}

func (c *Containers) readProcess(pid uint64) {
	cgroups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err == nil && !IsExiting(pid) {
		c.byProcess[pid] = c.name(Parse(string(cgroups)))
	}
}

// IsExiting reports whether a process ends, or has ended. The kernel says of it that it is in the
// root of each hierarchy of version 1, wherever it was.
func IsExiting(pid uint64) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const (
		flags   = 6 // behind the command's name: see proc_pid_stat(5)
		exiting = 4 // PF_EXITING of linux/sched.h
	)
	if len(fields) <= flags {
		return true
	}
	n, err := strconv.ParseUint(fields[flags], 10, 32)
	return err != nil || n&exiting != 0
}

// OfProcess returns the container of a process. One that was gone before anybody asked is "pid ID".
func (c *Containers) OfProcess(pid uint64) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readProcess(pid)
	if name, known := c.byProcess[pid]; known {
		return name
	}
	return fmt.Sprintf("pid %d", pid)
}

// Container names the innermost container, by the first 12 digits of its id, or by its name; "-" is
// none.
func (m Membership) Container() string {
	const digits = 12 // as Docker shows
	all := m.Containers()
	if len(all) == 0 {
		return "-"
	}
	innermost := all[len(all)-1]
	if innermost.ID != "" {
		return innermost.ID[:digits]
	}
	return innermost.Name
}
