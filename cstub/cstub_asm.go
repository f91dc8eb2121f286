//go:build linux && (amd64 || arm64)

package cstub

import "unsafe"

// Call calls the C function whose address is at fn, with the six integers of args in the argument
// registers, and ignores its result. If that address is none, Call does nothing. Safe for
// concurrent use, also with an atomic store to fn.
//
// Call does not split the stack: if the caller stores the address of something on the goroutine's
// stack in args and makes no other call in between, the address is still right when the function
// runs.
//
// From reading the address to the function's return the goroutine is at no safe point of the
// runtime, because assembly has none. So when the world stops after a store to fn, no goroutine is
// in a function that was at fn before, or about to enter one.
//
//go:noescape
func Call(fn *unsafe.Pointer, none unsafe.Pointer, args *[MaxArgs]uint64)
