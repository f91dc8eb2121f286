//go:build linux && (amd64 || arm64)

package cstub

// Supported reports whether Call works on this platform.
const Supported = true

// Call calls the C function at fn with the six integers of args in the argument registers and
// ignores its result. It does not split the stack: an address of something on the goroutine's
// stack that the caller stores in args, with no other call in between, is still right when fn
// runs. Safe for concurrent use.
//
//go:noescape
func Call(fn uintptr, args *[MaxArgs]uint64)

// StackBounds returns the lowest address of the calling goroutine's stack and the first above
// it. They hold until the stack next grows or shrinks, which any call may cause.
func StackBounds() (lo, hi uintptr)
