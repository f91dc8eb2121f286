//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/internal/memfd"
)

// maxCode bounds the size in bytes of the code of one probe: landing, site, and the return
// instruction. It is the distance between two slots of an image.
const maxCode = 16

// siteRange is a range of whole pages, never unmapped, where the sites of an image are or were
// mapped.
type siteRange struct {
	addr   unsafe.Pointer
	size   uintptr
	offset uint64 // of the range in the image's file
	probes []probeAt
}

// probeAt says where in a range a probe is entered. A goroutine that is late may still enter there
// after an unload, so another image fits into a range only if it has the same probes in the same
// places.
type probeAt struct {
	signature string
	offset    uint64
}

// signature is the same for probes of the same provider name, name and types.
func (p *Probe) signature() string {
	b := []byte(p.provider.name + ":" + p.name + ":") // names have no colon
	for _, t := range p.types {
		b = append(b, byte(t))
	}
	return string(b)
}

// retired are the ranges of unloaded images, of all providers of the process.
var retired struct {
	sync.Mutex
	ranges []*siteRange
}

// at returns the address of an offset in the file.
func (r *siteRange) at(offset uint64) unsafe.Pointer {
	return unsafe.Add(r.addr, offset-r.offset)
}

// pages returns the whole pages of the file that hold the code of the probes entered at entries.
func pages(entries []uint64) (offset uint64, size uintptr) {
	page := uint64(os.Getpagesize())
	first, last := slices.Min(entries), slices.Max(entries)
	start := first &^ (page - 1)
	end := (last + maxCode + page - 1) &^ (page - 1)
	return start, uintptr(end - start)
}

// mapSites maps the pages of the entries readable, executable and private, as uprobes need them:
// over a retired range if one fits, otherwise anywhere.
func mapSites(file *os.File, probes []*Probe, entries []uint64) (*siteRange, error) {
	r := new(siteRange)
	r.offset, r.size = pages(entries)
	for i, p := range probes {
		r.probes = append(r.probes, probeAt{p.signature(), entries[i] - r.offset})
	}
	retired.Lock()
	defer retired.Unlock()
	flags := syscall.MAP_PRIVATE
	i := slices.IndexFunc(retired.ranges, r.covers)
	if i >= 0 {
		r.addr = retired.ranges[i].addr
		flags |= syscall.MAP_FIXED
	}
	addr, err := linux.Mmap(r.addr, r.size, syscall.PROT_READ|syscall.PROT_EXEC, flags, file.Fd(),
		int64(r.offset))
	if err != nil {
		return nil, fmt.Errorf("map %s executable: %w (is its mount noexec?)", file.Name(),
			os.NewSyscallError("mmap", err))
	}
	if i >= 0 {
		retired.ranges = slices.Delete(retired.ranges, i, i+1)
	}
	r.addr = addr
	return r, nil
}

// covers reports whether r can take the place of old: it has the same size, and each of old's
// probes in the same place.
func (r *siteRange) covers(old *siteRange) bool {
	n := len(old.probes)
	return r.size == old.size && len(r.probes) >= n && slices.Equal(r.probes[:n], old.probes)
}

// retirement is a mapping with the same bytes as an image's sites that belongs to no file which a
// tracer could find. It is made at load, when a failure does no harm, and moved over the sites at
// unload: a goroutine that is about to enter a site still finds valid code.
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
		// MemoryDenyWriteExecute) still allows executable mappings of files.
		r, err = memfdRetirement(content)
	}
	return r, err
}

func anonymousRetirement(content []byte) (*retirement, error) {
	r := &retirement{size: uintptr(len(content))}
	var err error
	r.addr, err = linux.Mmap(nil, r.size, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON, linux.NoFile, 0)
	if err != nil {
		return nil, fmt.Errorf("map retired sites: %w", os.NewSyscallError("mmap", err))
	}
	memory := unsafe.Slice((*byte)(r.addr), r.size)
	copy(memory, content)
	if err := syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
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
	addr, err := linux.Mmap(nil, size, syscall.PROT_READ|syscall.PROT_EXEC, syscall.MAP_PRIVATE,
		f.Fd(), 0)
	if err != nil {
		return nil, fmt.Errorf("map retired sites: %w", os.NewSyscallError("mmap", err))
	}
	return &retirement{addr, size}, nil
}

// cover moves the retirement over sites, in one step as all threads see it, and keeps the range for
// another image.
func (r *retirement) cover(sites *siteRange) error {
	if err := linux.Move(r.addr, r.size, sites.addr); err != nil {
		r.discard()
		return fmt.Errorf("retire sites: %w", os.NewSyscallError("mremap", err))
	}
	retired.Lock()
	defer retired.Unlock()
	retired.ranges = append(retired.ranges, sites)
	return nil
}

// discard undoes prepareRetirement.
func (r *retirement) discard() {
	// The range is ours and whole, so unmapping it cannot fail; if it did, a page would be lost.
	_ = linux.Munmap(r.addr, r.size)
}
