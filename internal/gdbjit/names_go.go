//go:build linux && (!cgo || stapsdt_purego) && (amd64 || arm64)

package gdbjit

import (
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/linux"
)

// theDescriptor returns the address of __jit_debug_descriptor.
func theDescriptor() *descriptor

// code returns the address of __jit_debug_register_code, where gdb has its breakpoint.
func code() unsafe.Pointer

// callCode calls __jit_debug_register_code.
func callCode()

// notify calls gdb, without the signals that the runtime sends to threads with Go code: SIGURG,
// which preempts a goroutine, and SIGPROF, which samples it. Each would interrupt gdb's step over
// its breakpoint, and a busy program would take seconds. Without them, and without a call that
// could grow the stack, the goroutine stays on its thread.
//
//go:nosplit
func notify() {
	before := linux.SignalMask(linux.SIG_BLOCK, 1<<(syscall.SIGURG-1)|1<<(syscall.SIGPROF-1))
	callCode()
	linux.SignalMask(linux.SIG_SETMASK, before)
}
