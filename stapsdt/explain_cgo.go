//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// explainMapping adds to err why nothing can be mapped, if that is so: the dynamic linker does not
// say it.
func explainMapping(err error) error {
	size := uintptr(os.Getpagesize())
	addr, mapErr := linux.Mmap(nil, size, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON,
		linux.NoFile, 0)
	if mapErr != nil {
		return fmt.Errorf("%w: %w%s", err, os.NewSyscallError("mmap", mapErr), mapAdvice(mapErr))
	}
	_ = linux.Munmap(addr, size) // cannot fail; if it did, a page would be lost
	_ = linux.Munmap(addr, size) // cannot fail; if it did, a page of addresses would be lost
	return err
}
