//go:build !linux || (!amd64 && !arm64)

package cstub

// Call panics: there are no probe stubs on this platform.
func Call(fn uintptr, args *[MaxArgs]uint64) {
	panic("cstub: not supported on this platform")
}
