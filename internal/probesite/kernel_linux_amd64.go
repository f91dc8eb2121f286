package probesite

import (
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/linux"
)

// Host is the machine of this process, EM_NONE on a platform that can have no probes.
const Host = elf.EM_X86_64

// sysUprobe is the system call of the kernel's trampolines. Anywhere else it fails and does
// nothing. The one before it, uretprobe, would kill a process that calls it elsewhere.
const sysUprobe = 336

// best asks the running kernel.
func best() Form {
	return decide(release(), func() syscall.Errno {
		_, _, errno := syscall.RawSyscall(sysUprobe, 0, 0, 0)
		return errno
	})
}

// release returns what uname(1) -r prints, or "" when a sandbox forbids asking.
func release() string {
	var u syscall.Utsname
	if syscall.Uname(&u) != nil {
		return ""
	}
	var release []byte
	for _, c := range u.Release {
		if c == 0 {
			break
		}
		release = append(release, byte(c)) // #nosec G115 -- a char of C
	}
	return string(release)
}

// decide returns the form for a kernel that calls itself release and answers the system call uprobe
// with that errno.
//
// The errno decides, not the version, because stable releases change as well. The version only
// decides whether to ask: kernels below 6.18 do not know the call, and a strict seccomp policy
// could punish a process for an unknown one. From 6.18 on the call passes every seccomp policy, as
// the trampolines' own calls must. Anything unexpected means nop.
func decide(release string, uprobe func() syscall.Errno) Form {
	major, minor := version(release)
	if major < 6 || major == 6 && minor < 18 {
		return Nop
	}
	switch uprobe() {
	case syscall.ENXIO: // 6.18
		return Nop5
	case syscall.EPROTO: // 7.2
		return Nop10
	}
	return Nop
}

// version returns the first two numbers of a release such as "6.18.2-amd64" or "7.2-rc1", or zeros.
func version(release string) (major, minor int) {
	dot := strings.IndexByte(release, '.')
	if dot < 0 {
		return 0, 0
	}
	end := dot + 1
	for end < len(release) && release[end] >= '0' && release[end] <= '9' {
		end++
	}
	first, ok := linux.ParseUint(release[:dot])
	if !ok {
		return 0, 0
	}
	second, ok := linux.ParseUint(release[dot+1 : end])
	if !ok {
		return 0, 0
	}
	return int(first), int(second) // #nosec G115 -- of a kernel's release: small
}
