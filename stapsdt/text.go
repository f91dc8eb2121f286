//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/memfd"
)

// maxStub is a bound in bytes of what is run of a probe: landing, site, and the return behind
// them. It is the distance between two stubs of an image.
const maxStub = 16

// textRange is a range of whole pages, never unmapped, where sites of an image are or were
// mapped.
type textRange struct {
	addr   unsafe.Pointer
	size   uintptr
	offset uint64 // of the range in the image's file
	probes []probeAt
}

// probeAt says where in a range a probe is entered. A goroutine that is late may still do so after
// an unload, so another image fits into a range only if it has like probes in the same places.
type probeAt struct {
	probe  string // provider, name and types
	offset uint64
}

// retired are the ranges of unloaded images, of all providers of the process.
var retired struct {
	sync.Mutex
	ranges []*textRange
}

// at returns the address of an offset in the file.
func (r *textRange) at(offset uint64) unsafe.Pointer {
	return unsafe.Add(r.addr, offset-r.offset)
}

// pages returns the page-aligned part of the file that holds all that is run from the entries on.
func pages(entries []uint64) (offset uint64, size uintptr) {
	page := uint64(os.Getpagesize())
	first, last := slices.Min(entries), slices.Max(entries)
	start := first &^ (page - 1)
	end := (last + maxStub + page - 1) &^ (page - 1)
	return start, uintptr(end - start)
}

// mapText maps the pages of the entries, readable and executable and private, as uprobes need it:
// over a retired range if one fits, else anew.
func mapText(file *os.File, probes []*Probe, entries []uint64) (*textRange, error) {
	r := new(textRange)
	r.offset, r.size = pages(entries)
	for i, p := range probes {
		probe := fmt.Sprint(p.provider.name, ":", p.name, p.types)
		r.probes = append(r.probes, probeAt{probe, entries[i] - r.offset})
	}
	retired.Lock()
	defer retired.Unlock()
	flags := unix.MAP_PRIVATE
	i := slices.IndexFunc(retired.ranges, r.covers)
	if i >= 0 {
		r.addr = retired.ranges[i].addr
		flags |= unix.MAP_FIXED
	}
	addr, err := unix.MmapPtr(int(file.Fd()), int64(r.offset), r.addr, r.size, unix.PROT_READ|unix.PROT_EXEC, flags)
	if err != nil {
		return nil, fmt.Errorf("map %s executable: %w (is its mount noexec?)", file.Name(), os.NewSyscallError("mmap", err))
	}
	if i >= 0 {
		retired.ranges = slices.Delete(retired.ranges, i, i+1)
	}
	r.addr = addr
	return r, nil
}

// covers reports whether r can take the place of old: same size, and r has a like probe in the
// place of each of old's.
func (r *textRange) covers(old *textRange) bool {
	n := len(old.probes)
	return r.size == old.size && len(r.probes) >= n && slices.Equal(r.probes[:n], old.probes)
}

// retirement is a mapping of the same bytes as an image's sites that belongs to no file which a
// tracer could find. It is made at load, when failure does no harm, and moved over the sites at
// unload: whoever is about to enter one still finds valid code.
type retirement struct {
	addr unsafe.Pointer
	size uintptr
}

func prepareRetirement(file *os.File, entries []uint64) (*retirement, error) {
	offset, size := pages(entries)
	content := make([]byte, size)
	if _, err := file.ReadAt(content, int64(offset)); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", file.Name(), err)
	}
	r, err := anonymousRetirement(content)
	if err != nil {
		// A policy against making memory executable (SELinux execmem, systemd's
		// MemoryDenyWriteExecute) lets files be mapped so.
		r, err = memfdRetirement(content)
	}
	return r, err
}

func anonymousRetirement(content []byte) (*retirement, error) {
	r := &retirement{size: uintptr(len(content))}
	var err error
	r.addr, err = unix.MmapPtr(-1, 0, nil, r.size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("map retired sites: %w", os.NewSyscallError("mmap", err))
	}
	memory := unsafe.Slice((*byte)(r.addr), r.size)
	copy(memory, content)
	if err := unix.Mprotect(memory, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		r.discard()
		return nil, fmt.Errorf("make retired sites executable: %w", os.NewSyscallError("mprotect", err))
	}
	return r, nil
}

func memfdRetirement(content []byte) (*retirement, error) {
	f, err := memfd.New("stapsdt:retired", content)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := uintptr(len(content))
	addr, err := unix.MmapPtr(int(f.Fd()), 0, nil, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map retired sites: %w", os.NewSyscallError("mmap", err))
	}
	return &retirement{addr, size}, nil
}

// cover moves the retirement over text, in one step as all threads see it, and keeps text for
// another image.
func (r *retirement) cover(text *textRange) error {
	_, _, errno := unix.Syscall6(unix.SYS_MREMAP, uintptr(r.addr), r.size, r.size,
		unix.MREMAP_MAYMOVE|unix.MREMAP_FIXED, uintptr(text.addr), 0)
	if errno != 0 {
		r.discard()
		return fmt.Errorf("retire sites: %w", os.NewSyscallError("mremap", errno))
	}
	retired.Lock()
	defer retired.Unlock()
	retired.ranges = append(retired.ranges, text)
	return nil
}

// discard undoes prepareRetirement.
func (r *retirement) discard() {
	// The range is ours and whole, so unmapping it cannot fail; if it did, a page would be lost.
	_ = unix.MunmapPtr(r.addr, r.size)
}
