//go:build linux && (amd64 || arm64)

package cstub

// Call calls the C function at fn with the six integers of args in the argument registers and
// ignores its result. It does not split the stack: if the caller stores the address of something on
// the goroutine's stack in args and makes no other call in between, the address is still right when
// fn runs. Safe for concurrent use.
//
//go:noescape
func Call(fn uintptr, args *[MaxArgs]uint64)
