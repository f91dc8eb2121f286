//go:build linux && (amd64 || arm64)

package linux

import (
	"syscall"
	"unsafe"
)

// What [SignalMask] does with its set, see rt_sigprocmask(2).
const (
	SIG_BLOCK   = 0 // block these, too
	SIG_SETMASK = 2 // block exactly these
)

// SignalMask is rt_sigprocmask(2) of the calling thread: it blocks the signals of a set, which has
// 1<<(n-1) for signal n, and returns those that were blocked before. With these arguments it cannot
// fail. The caller takes care that its goroutine stays on the thread.
//
//go:nosplit
func SignalMask(how int, set uint64) (before uint64) {
	syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, uintptr(how), uintptr(unsafe.Pointer(&set)),
		uintptr(unsafe.Pointer(&before)), unsafe.Sizeof(set), 0, 0)
	return before
}
