//go:build linux && (amd64 || arm64)

package linux

import (
	"syscall"
	"unsafe"
)

// MemfdCreate is memfd_create(2).
func MemfdCreate(name string, flags uint) (fd int, err error) {
	p, err := syscall.BytePtrFromString(name)
	if err != nil {
		return -1, err
	}
	r, _, errno := syscall.Syscall(sysMemfdCreate, uintptr(unsafe.Pointer(p)), uintptr(flags), 0)
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}

// Fcntl is fcntl(2) with an integer.
func Fcntl(fd uintptr, command, argument int) (int, error) {
	r, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, uintptr(command), uintptr(argument))
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}
