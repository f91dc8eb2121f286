//go:build linux && (!cgo || stapsdt_purego) && (amd64 || arm64)

package gdbjit

import "unsafe"

// theDescriptor returns the address of __jit_debug_descriptor.
func theDescriptor() *descriptor

// code returns the address of __jit_debug_register_code, where gdb has its breakpoint.
func code() unsafe.Pointer

// notify calls __jit_debug_register_code.
func notify()
