//go:build linux && (amd64 || arm64)

package faults

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// A call is a system call that a program asks for.
type call struct {
	thread     int
	number     int
	parameters [6]uint64
}

// kind is what a policy can tell calls apart by: the number, and flags.
func (c call) kind() string {
	name, ok := callNames[c.number]
	if !ok {
		name = fmt.Sprintf("system call %d", c.number)
	}
	switch {
	case (c.number == unix.SYS_MMAP || c.number == unix.SYS_MPROTECT) &&
		c.parameters[2]&unix.PROT_EXEC != 0:
		name += " PROT_EXEC"
	case c.number == unix.SYS_NEWFSTATAT && c.parameters[3]&unix.AT_EMPTY_PATH != 0:
		name = "fstat" // as the C library of amd64 does it
	case c.number == unix.SYS_FCNTL:
		name += " " + fcntlNames[int(c.parameters[1])]
	}
	return name
}

var fcntlNames = map[int]string{unix.F_ADD_SEALS: "F_ADD_SEALS", unix.F_GETFL: "F_GETFL",
	unix.F_DUPFD_CLOEXEC: "F_DUPFD_CLOEXEC", unix.F_GETFD: "F_GETFD", unix.F_SETFD: "F_SETFD"}

// callNames are those that both architectures have.
var callNames = map[int]string{
	unix.SYS_CLOSE: "close", unix.SYS_FCHMOD: "fchmod", unix.SYS_FCNTL: "fcntl",
	unix.SYS_FSTAT: "fstat", unix.SYS_FSTATFS: "fstatfs", unix.SYS_GETCWD: "getcwd",
	unix.SYS_GETDENTS64: "getdents64", unix.SYS_GETEUID: "geteuid", unix.SYS_GETRANDOM: "getrandom",
	unix.SYS_GETUID: "getuid", unix.SYS_KILL: "kill", unix.SYS_LSEEK: "lseek",
	unix.SYS_MEMFD_CREATE: "memfd_create", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_MMAP: "mmap",
	unix.SYS_MPROTECT: "mprotect", unix.SYS_MREMAP: "mremap", unix.SYS_MUNMAP: "munmap",
	unix.SYS_OPENAT: "openat", unix.SYS_PREAD64: "pread64", unix.SYS_PRLIMIT64: "prlimit64",
	unix.SYS_READ: "read", unix.SYS_READLINKAT: "readlinkat", unix.SYS_RT_SIGPENDING: "rt_sigpending",
	unix.SYS_STATFS: "statfs", unix.SYS_UNAME: "uname", unix.SYS_UNLINKAT: "unlinkat",
	unix.SYS_WRITE: "write", unix.SYS_BRK: "brk",
	unix.SYS_PRCTL: "prctl", unix.SYS_NEWFSTATAT: "newfstatat",
	unix.SYS_RT_SIGTIMEDWAIT: "rt_sigtimedwait",
}

// pathAt is which parameter is a path.
var pathAt = map[int]int{unix.SYS_OPENAT: 1, unix.SYS_NEWFSTATAT: 1, unix.SYS_READLINKAT: 1,
	unix.SYS_MKDIRAT: 1, unix.SYS_UNLINKAT: 1, unix.SYS_STATFS: 0}

// String is the kind and the path, for messages.
func (c call) String() string {
	i, ok := pathAt[c.number]
	if !ok {
		return c.kind()
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", c.thread))
	if err != nil {
		return c.kind()
	}
	defer memory.Close()
	var path [4096]byte
	n, _ := memory.ReadAt(path[:], int64(c.parameters[i])) // up to the end of the mapping
	name, _, _ := bytes.Cut(path[:n], []byte{0})
	return strings.TrimSpace(c.kind() + " " + string(name))
}
