//go:build !linux || (!amd64 && !arm64)

package cstub

// Supported reports whether Call works on this platform.
const Supported = false

// Call panics: there are no probe stubs on this platform.
func Call(fn uintptr, args *[MaxArgs]uint64) {
	panic("cstub: not supported on this platform")
}

// StackBounds returns the bounds that hold every address, so that nothing is taken for being
// off the stack.
func StackBounds() (lo, hi uintptr) { return 0, ^uintptr(0) }
