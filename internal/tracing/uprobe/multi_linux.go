package uprobe

import (
	"io"
	"os"
	"runtime"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/probesite"
)

// multiAttr is what union bpf_attr of linux/bpf.h has for the link_create of a uprobe_multi link.
type multiAttr struct {
	program, _ uint32
	attachType uint32
	_          uint32

	path, offsets, semaphores, cookies uint64 // addresses
	count, _, pid, _                   uint32
}

// linkMulti makes prog run at the sites in the process pid or, when pid is 0, in every process.
//
// The package link can do that, too, but calls stat(2) first, which may wait for the file system.
//
// #nosec G103 -- the kernel gets addresses
func linkMulti(
	prog *ebpf.Program, path string, sites []probeSite, best probesite.Form, pid int,
) (io.Closer, error) {
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	n := len(sites)
	offsets, semaphores, cookies := make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for i, site := range sites {
		offsets[i] = site.offset(best)
		semaphores[i] = site.Note.SemaphoreOffset // 0 for none
		cookies[i] = site.cookie()
	}
	// The kernel gets addresses as integers. Pinned memory is not on the stack, which can move.
	var pinner runtime.Pinner
	defer pinner.Unpin()
	address := func(p unsafe.Pointer) uint64 {
		pinner.Pin(p)
		return uint64(uintptr(p))
	}
	attr := &multiAttr{
		program:    uint32(prog.FD()), // #nosec G115 -- not negative
		attachType: unix.BPF_TRACE_UPROBE_MULTI,
		path:       address(unsafe.Pointer(name)),
		offsets:    address(unsafe.Pointer(unsafe.SliceData(offsets))),
		semaphores: address(unsafe.Pointer(unsafe.SliceData(semaphores))),
		cookies:    address(unsafe.Pointer(unsafe.SliceData(cookies))),
		count:      uint32(n),   // #nosec G115 -- at most maxPerLink
		pid:        uint32(pid), // #nosec G115 -- not negative
	}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_LINK_CREATE,
		uintptr(unsafe.Pointer(attr)), unsafe.Sizeof(*attr))
	if errno != 0 {
		return nil, os.NewSyscallError("bpf", errno)
	}
	return os.NewFile(fd, "uprobe_multi link"), nil
}
