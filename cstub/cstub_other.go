//go:build !linux || (!amd64 && !arm64)

package cstub

import "unsafe"

// Call panics: there are no probe stubs on this platform.
func Call(fn *unsafe.Pointer, none unsafe.Pointer, args *[MaxArgs]uint64) {
	panic("cstub: not supported on this platform")
}
