//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package gdbjit

/*
#include <stdint.h>

// struct jit_descriptor, version 1.
struct descriptor {
	uint32_t version;
	uint32_t action;
	void *relevant;
	void *first;
};

// gdb takes one descriptor of a program's file. So these are weak: the linker takes those of a
// just-in-time compiler instead, such as LLVM or V8, if the program has one, and one pair for two
// copies of this package.
__attribute__((weak)) struct descriptor __jit_debug_descriptor = {1, 0, 0, 0};
__attribute__((weak, noinline)) void __jit_debug_register_code(void) { __asm__ volatile(""); }

static void *descriptor(void) { return &__jit_debug_descriptor; }
static void *code(void) { return (void *)__jit_debug_register_code; }
static void notify(void) { __jit_debug_register_code(); }
*/
import "C"
import "unsafe"

func theDescriptor() *descriptor { return (*descriptor)(C.descriptor()) }

func code() unsafe.Pointer { return C.code() }

// notify calls gdb. The runtime sends no signals to a thread that is in C.
func notify() { C.notify() }
