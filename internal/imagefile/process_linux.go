package imagefile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// process is a process as file names tell it: unlike a pid it is never used again.
type process struct {
	namespaces // that its pid and start are numbers of
	pid        int
	start      uint64 // clock ticks from boot to its start, field 22 of proc_pid_stat(5)
}

// namespaces are told by their inode numbers. Directories are shared by containers in which one
// pid means different processes, and one instant different times since boot.
type namespaces struct {
	pid  uint64
	time uint64 // 0 before Linux 5.6, which has none
}

// String returns p as it stands in file names.
func (p process) String() string {
	return fmt.Sprintf("%d-%d-%d-%d", p.namespaces.pid, p.namespaces.time, p.pid, p.start)
}

// self is this process; ok is false where /proc cannot say, because it is missing or of another
// pid namespace, or because there is no descriptor left to read it.
func self() (p process, ok bool) {
	pid := os.Getpid()
	if link, err := os.Readlink("/proc/self"); err != nil || link != strconv.Itoa(pid) {
		return process{}, false
	}
	ns, err := ownNamespaces()
	if err != nil {
		return process{}, false
	}
	start, err := startTime(pid)
	if err != nil {
		return process{}, false
	}
	return process{ns, pid, start}, true
}

func ownNamespaces() (ns namespaces, err error) {
	if ns.pid, err = namespace("pid"); err != nil {
		return ns, err
	}
	ns.time, err = namespace("time")
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return ns, err
}

// namespace returns the number of this process's namespace of a kind; see namespaces(7).
func namespace(kind string) (inode uint64, err error) {
	link, err := os.Readlink("/proc/self/ns/" + kind)
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(link, kind+":[%d]", &inode)
	return inode, err
}

// gone reports whether it is certain that p, of this process's namespaces, has ended.
func (p process) gone() bool {
	start, err := startTime(p.pid)
	if err != nil {
		// /proc may hide a live process.
		return errors.Is(unix.Kill(p.pid, 0), unix.ESRCH)
	}
	return start != p.start
}

func startTime(pid int) (uint64, error) {
	// Of the main thread, which is the process's; qemu-user makes up /proc/PID/stat of its own.
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", pid, pid))
	if err != nil {
		return 0, err
	}
	// The command's name, field 2, is in parentheses and may hold any byte.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const start = 22 - 3 // fields begins with field 3
	if len(fields) <= start {
		return 0, fmt.Errorf("process %d: short stat %q", pid, stat)
	}
	return strconv.ParseUint(fields[start], 10, 64)
}
