//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/linux"
)

// A hog has mappings of one page each, and room for as many as it may want: the Go runtime must
// need none while the hog has them all.
type hog []unsafe.Pointer

func newHog() hog { return make(hog, 0, 1<<20) }

// leave makes mappings until only so many are left that the kernel allows. "all" gives them back.
func (h *hog) leave(left string) error {
	if left == "all" {
		return h.release(len(*h))
	}
	n, err := strconv.Atoi(left)
	if err != nil {
		return err
	}
	for err == nil {
		var m unsafe.Pointer
		// Shared memory is never merged with its neighbor.
		m, err = linux.Mmap(nil, uintptr(os.Getpagesize()), syscall.PROT_READ,
			syscall.MAP_SHARED|syscall.MAP_ANON, linux.NoFile, 0)
		if err == nil {
			*h = append(*h, m)
		}
	}
	if err != syscall.ENOMEM || n > len(*h) {
		return fmt.Errorf("after %d mappings: %w", len(*h), err)
	}
	return h.release(n)
}

func (h *hog) release(n int) error {
	for range n {
		last := len(*h) - 1
		if err := linux.Munmap((*h)[last], uintptr(os.Getpagesize())); err != nil {
			return err
		}
		*h = (*h)[:last]
	}
	return nil
}
