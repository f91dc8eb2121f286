package uprobe

import (
	"os"
	"runtime"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// multiAttr is the part of union bpf_attr that BPF_LINK_CREATE reads for BPF_TRACE_UPROBE_MULTI.
type multiAttr struct {
	progFD, targetFD, attachType, flags  uint32
	path, offsets, semaphores, cookies   uint64
	count, multiFlags, pid, pathFileDesc uint32
}

// linkMulti makes prog run at the instruction at offset bytes into the file at path, in the process pid
// or, when that is 0, in every process. semaphore is the file offset of the probe's semaphore or 0.
//
// The library for BPF has the same, but refuses files without permission to execute, as shared
// libraries and sealed memfds are.
func linkMulti(prog *ebpf.Program, path string, offset, semaphore uint64, pid uint32) (*os.File, error) {
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	offsets, semaphores := &[1]uint64{offset}, &[1]uint64{semaphore}

	// The kernel gets these addresses as integers: none may be on the stack, which moves.
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(name)
	pinner.Pin(offsets)
	pinner.Pin(semaphores)

	attr := multiAttr{
		progFD:     uint32(prog.FD()),
		attachType: uint32(ebpf.AttachTraceUprobeMulti),
		path:       uint64(uintptr(unsafe.Pointer(name))),
		offsets:    uint64(uintptr(unsafe.Pointer(offsets))),
		count:      1,
		pid:        pid,
	}
	if semaphore != 0 {
		attr.semaphores = uint64(uintptr(unsafe.Pointer(semaphores)))
	}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_LINK_CREATE,
		uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	runtime.KeepAlive(prog)
	if errno != 0 {
		return nil, os.NewSyscallError("bpf", errno)
	}
	return os.NewFile(fd, "uprobe link"), nil
}
