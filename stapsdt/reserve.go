//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"os"
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/linux"
)

// reserve is mappings that are there to be given up: if the process has as many as
// vm.max_map_count allows, an unload needs some before it can give back those of an image.
type reserve struct{ span }

// reserved is the number of mappings. mremap(2) wants at least seven to be free.
const reserved = 16

// make makes the mappings if they are not there. If that fails, there are none, or fewer.
func (r *reserve) make() {
	if r.addr != nil {
		return
	}
	page := uintptr(os.Getpagesize())
	addr, err := linux.Mmap(nil, reserved*page, syscall.PROT_NONE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON, linux.NoFile, 0)
	if err != nil {
		return
	}
	r.span = span{addr, reserved * page}
	memory := unsafe.Slice((*byte)(addr), r.size)
	for i := page; i < r.size; i += 2 * page { // neighbors that differ are not one mapping
		if syscall.Mprotect(memory[i:i+page], syscall.PROT_READ) != nil {
			return
		}
	}
}

// release gives the mappings up.
func (r *reserve) release() {
	if r.addr != nil && linux.Munmap(r.addr, r.size) == nil {
		r.span = span{}
	}
}
