//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/linux"
)

// codeEnd returns where the code of a probe ends at the latest, an offset in the file as entry is:
// at the end of the slot. The image of an installed libstapsdt has a layout of its own, and no more
// than that of code.
func codeEnd(entry uint64) uint64 {
	if landing == 0 {
		return entry + elfimage.SlotSize
	}
	return entry&^(elfimage.SlotSize-1) + elfimage.SlotSize
}

// siteRange is where the sites of an image are mapped.
type siteRange struct {
	span
	offset uint64 // of the span in the image's file
	first  uint64 // of the entries, in the image's file
	code   []byte // from the first entry on, as it is in the file
}

// readSites returns the pages of the file that hold the code of the probes entered at entries. They
// are not mapped yet.
func readSites(file *os.File, entries []uint64) (*siteRange, error) {
	page := uint64(os.Getpagesize()) // #nosec G115 -- not negative
	first, end := slices.Min(entries), codeEnd(slices.Max(entries))
	r := &siteRange{offset: first &^ (page - 1), first: first, code: make([]byte, end-first)}
	r.size = uintptr((end+page-1)&^(page-1) - r.offset)
	// #nosec G115 -- a negative offset is refused
	if _, err := file.ReadAt(r.code, int64(first)); err != nil && err != io.EOF {
		return nil, err
	}
	return r, nil
}

// at returns the address of an offset in the file.
func (r *siteRange) at(offset uint64) unsafe.Pointer {
	return unsafe.Add(r.addr, offset-r.offset)
}

// mapFile maps the pages readable, executable and private, as uprobes need them: over retired pages
// if there are enough, otherwise anywhere.
func (r *siteRange) mapFile(file *os.File) error {
	retired.Lock()
	defer retired.Unlock()
	retired.reserve.make()
	flags := syscall.MAP_PRIVATE
	place := retired.take(r.size)
	if place != nil {
		flags |= syscall.MAP_FIXED
	}
	addr, err := linux.Mmap(place, r.size, syscall.PROT_READ|syscall.PROT_EXEC, flags, file.Fd(),
		int64(r.offset)) // #nosec G115 -- readSites has read there
	if err != nil {
		if place != nil {
			s := span{place, r.size}
			_ = s.mapReadable() // before Linux 6.12 a mapping that fails may leave a hole
			retired.free(s)
		}
		return fmt.Errorf("map %s executable: %w%s", file.Name(), os.NewSyscallError("mmap", err),
			mapAdvice(err))
	}
	r.addr = addr
	return nil
}

// mapAdvice says what the operator can do when a file could not be mapped.
func mapAdvice(err error) string {
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOSYS):
		return " (its mount is noexec, or a policy forbids it: allow it, or change STAPSDT_BACKING)"
	case errors.Is(err, syscall.EAGAIN):
		return " (the program may lock no more memory: raise RLIMIT_MEMLOCK or ulimit -l)"
	case errors.Is(err, syscall.ENOMEM):
		return " (the process has as much memory, or as many mappings, as it may: raise its limit of " +
			"memory, or vm.max_map_count)"
	}
	return ""
}

// retire lets other pages take the place of the sites, which no tracer finds any more then.
func (r *siteRange) retire() error {
	retired.Lock()
	defer retired.Unlock()
	err := r.cover()
	if errors.Is(err, syscall.ENOMEM) {
		retired.reserve.release()
		err = r.cover()
	}
	if err != nil {
		// A policy may forbid to make memory executable: SELinux's execmem, or systemd's
		// MemoryDenyWriteExecute. In a stopped world there need not be code.
		stopTheWorld()
		if err := r.mapReadable(); err != nil {
			return fmt.Errorf("retire sites: %w", os.NewSyscallError("mmap", err))
		}
	}
	retired.resting = append(retired.resting, r.span)
	return nil
}

// cover moves a copy of the code, which belongs to no file that a tracer could find, over the
// sites, in one step as all threads see it.
func (r *siteRange) cover() error {
	addr, err := linux.Mmap(nil, r.size, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON, linux.NoFile, 0)
	if err != nil {
		return err
	}
	memory := unsafe.Slice((*byte)(addr), r.size)
	copy(memory[r.first-r.offset:], r.code)
	err = syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_EXEC)
	if err == nil {
		err = linux.Move(addr, r.size, r.addr)
	}
	if err != nil {
		_ = linux.Munmap(addr, r.size) // as above
	}
	return err
}
