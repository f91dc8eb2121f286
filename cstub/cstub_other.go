//go:build !linux || (!amd64 && !arm64)

package cstub

import (
	"sync/atomic"
	"unsafe"
)

// Call panics unless the address at fn is none: there are no probe stubs on this platform.
func Call(fn *unsafe.Pointer, none unsafe.Pointer, args *[MaxArgs]uint64) {
	if atomic.LoadPointer(fn) == none {
		return
	}
	panic("cstub: not supported on this platform")
}
