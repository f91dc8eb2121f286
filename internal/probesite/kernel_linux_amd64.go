package probesite

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/elf"
)

const host = elf.EM_X86_64

// sysUprobe is the system call of the kernel's trampolines, which fails anywhere else without doing
// anything. The one before it, uretprobe, kills who calls it elsewhere.
const sysUprobe = 336

// best asks the running kernel.
func best() Form {
	return decide(release(), func() syscall.Errno {
		_, _, errno := unix.RawSyscall(sysUprobe, 0, 0, 0)
		return errno
	})
}

// release returns what uname(1) -r prints, or "" when a sandbox forbids asking.
func release() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// decide returns the form for a kernel that calls itself release and answers the system call uprobe so.
//
// The errno decides and not the version, since stable releases change as well. The version only decides
// whether to ask: kernels below 6.18 do not know the call, and a strict seccomp policy could punish
// who makes an unknown one. From 6.18 on the call passes every seccomp policy, as the trampolines' own
// must. Anything unexpected means nop.
func decide(release string, uprobe func() syscall.Errno) Form {
	var major, minor uint
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return Nop
	}
	if major < 6 || major == 6 && minor < 18 {
		return Nop
	}
	switch uprobe() {
	case unix.ENXIO: // 6.18
		return Nop5
	case unix.EPROTO: // 7.2
		return Nop10
	}
	return Nop
}
