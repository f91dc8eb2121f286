//go:build linux && (amd64 || arm64)

package linux

import (
	"syscall"
	"unsafe"
)

// Mmap is mmap(2). The memory is not the garbage collector's.
//
// #nosec G115 -- the kernel takes the offset as a word
func Mmap(addr unsafe.Pointer, size uintptr, prot, flags int, fd uintptr, offset int64) (
	unsafe.Pointer, error) {
	r, _, errno := syscall.Syscall6(syscall.SYS_MMAP, uintptr(addr), size, uintptr(prot),
		uintptr(flags), fd, uintptr(offset))
	if errno != 0 {
		return nil, errno
	}
	// go vet would take unsafe.Pointer(r) for a mistake.
	return *(*unsafe.Pointer)(unsafe.Pointer(&r)), nil
}

// NoFile is the descriptor for a mapping of no file.
const NoFile = ^uintptr(0)

// Munmap is munmap(2).
func Munmap(addr unsafe.Pointer, size uintptr) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_MUNMAP, uintptr(addr), size, 0); errno != 0 {
		return errno
	}
	return nil
}

// Move moves a mapping over another of the same size, by mremap(2): in one step as all threads see
// it.
func Move(from unsafe.Pointer, size uintptr, to unsafe.Pointer) error {
	const mayMove, fixed = 1, 2
	_, _, errno := syscall.Syscall6(syscall.SYS_MREMAP, uintptr(from), size, size, mayMove|fixed,
		uintptr(to), 0)
	if errno != 0 {
		return errno
	}
	return nil
}
