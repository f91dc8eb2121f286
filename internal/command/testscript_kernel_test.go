//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"log"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// withoutUprobes runs the command of its arguments as if the kernel were built without
// CONFIG_UPROBES: there is no perf event of the type uprobe and no tracefs, and BPF does not link
// to uprobes. All its links fail, because a policy does not see which one is wanted.
func withoutUprobes() {
	path, err := exec.LookPath(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	runtime.LockOSThread() // namespace and policy are those of a thread, and of what it executes
	if err := errors.Join(hideUprobes(), refuseLinks()); err != nil {
		log.Fatal(err)
	}
	log.Fatal(syscall.Exec(path, os.Args[1:], os.Environ()))
}

func hideUprobes() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	var errs []error
	for _, dir := range []string{
		"/sys/bus/event_source/devices", "/sys/kernel/tracing", "/sys/kernel/debug",
	} {
		if err := unix.Mount("none", dir, "tmpfs", 0, ""); !errors.Is(err, unix.ENOENT) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// refuseLinks lets bpf(2) answer BPF_LINK_CREATE as it does where uprobes are missing.
func refuseLinks() error {
	const number, firstArg = 0, 16 // offsets in struct seccomp_data, of the lower half on our machines
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_BPF, Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: firstArg},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.BPF_LINK_CREATE, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EOPNOTSUPP)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER,
		uintptr(unsafe.Pointer(&program)), 0, 0)
}
