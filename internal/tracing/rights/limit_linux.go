package rights

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Limit gives up, for good, all capabilities of this process but those of s. Programs that it
// starts from then on have the same, whatever the rights of their files, so that it can still start
// itself to read processes. A service calls it once it listens, which may have taken more. With cgo
// there are threads that Go cannot speak for, and the error is errors.ErrUnsupported.
func Limit(s Set) error {
	if err := onAllThreads("prctl PR_SET_NO_NEW_PRIVS", unix.SYS_PRCTL,
		unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return os.NewSyscallError("capget", err)
	}
	kept := s.bits()
	for i := range data {
		left := data[i].Permitted & kept[i]
		data[i] = unix.CapUserData{Effective: left, Permitted: left, Inheritable: left}
	}
	// #nosec G103 -- both are only read by the kernel, during the call
	if err := onAllThreads("capset", unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)),
		uintptr(unsafe.Pointer(&data)), 0); err != nil {
		return err
	}
	for _, c := range s { // the kernel has taken the others out of the ambient set
		if data[c.Number/32].Permitted>>(c.Number%32)&1 == 0 {
			continue
		}
		if err := onAllThreads("prctl PR_CAP_AMBIENT", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT,
			unix.PR_CAP_AMBIENT_RAISE, uintptr(c.Number)); err != nil {
			return err
		}
	}
	return nil
}

// bits returns a set as the kernel has it.
func (s Set) bits() (bits [2]uint32) {
	for _, c := range s {
		bits[c.Number/32] |= 1 << (c.Number % 32)
	}
	return bits
}

// onAllThreads makes a system call that concerns a thread in all of them.
//
//go:uintptrescapes
func onAllThreads(name string, trap, a, b, c uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall6(trap, a, b, c, 0, 0, 0)
	switch errno {
	case 0:
		return nil
	case syscall.ENOTSUP: // which no kernel says of these calls
		return fmt.Errorf("give up rights: this usdt is built with cgo; take that of a release: %w",
			errors.ErrUnsupported)
	}
	return os.NewSyscallError(name, errno)
}
