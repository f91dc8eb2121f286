//go:build amd64 || arm64

package imagefile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// process identifies a process in file names. Unlike a pid alone, it is never used again.
type process struct {
	namespaces // pid and start are numbers in these
	pid        int
	start      uint64 // clock ticks from boot to its start, field 22 of proc_pid_stat(5)
}

// namespaces are identified by their inode numbers. Containers may share a directory although one
// pid means different processes in them, and one start time different instants.
type namespaces struct {
	pid  uint64
	time uint64 // 0 before Linux 5.6, which has no time namespaces
}

// String returns the numbers of p as they stand in file names.
func (p process) String() string {
	return fmt.Sprintf("%d-%d-%d-%d", p.namespaces.pid, p.namespaces.time, p.pid, p.start)
}

// self returns this process; ok is false where /proc cannot tell, because it is missing or that of
// another pid namespace, or because no descriptor is left to read it.
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
	link, err := os.Readlink("/proc/self/ns/" + kind) // such as pid:[4026531836]
	if err != nil {
		return 0, err
	}
	number := strings.TrimSuffix(strings.TrimPrefix(link, kind+":["), "]")
	inode, ok := linux.ParseUint(number)
	if !ok {
		return 0, fmt.Errorf("namespace %q has no number", link)
	}
	return inode, nil
}

// gone reports whether p, which is of this process's namespaces, has certainly ended.
func (p process) gone() bool {
	start, err := startTime(p.pid)
	if err != nil {
		// /proc may hide a live process.
		return errors.Is(syscall.Kill(p.pid, 0), syscall.ESRCH)
	}
	return start != p.start
}

// startTime reads the stat of the main thread, whose start is the process's: the /proc/PID/stat of
// qemu-user is invented.
func startTime(pid int) (uint64, error) {
	var stat [1024]byte // the kernel writes some 400 bytes
	n, err := linux.ReadStart(fmt.Sprintf("/proc/%d/task/%d/stat", pid, pid), stat[:])
	if err != nil {
		return 0, err
	}
	// The command's name, field 2, is in parentheses and may hold any byte.
	rest := stat[bytes.LastIndexByte(stat[:n], ')')+1 : n]
	var field []byte
	for number := 2; number <= 22; number++ {
		end := bytes.IndexByte(rest, ' ')
		if end < 0 {
			return 0, fmt.Errorf("process %d: short stat %q", pid, stat[:n])
		}
		field, rest = rest[:end], rest[end+1:]
	}
	start, ok := linux.ParseUint(string(field))
	if !ok {
		return 0, fmt.Errorf("process %d: no start in stat %q", pid, stat[:n])
	}
	return start, nil
}
