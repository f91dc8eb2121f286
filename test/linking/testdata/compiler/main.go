// Command compiler has the descriptor for gdb that LLVM and V8 have, with one file in it. It prints
// how many files gdb can see after the library has loaded a provider.
package main

/*
#include <stdint.h>

struct entry {
	struct entry *next, *previous;
	const char *file;
	uint64_t size;
};

struct {
	uint32_t version, action;
	struct entry *relevant, *first;
} __jit_debug_descriptor = {1, 0, 0, 0};

__attribute__((noinline)) void __jit_debug_register_code(void) { __asm__ volatile(""); }

static struct entry compiled; // of size 0: no file that gdb could read

static void compile(void) {
	__jit_debug_descriptor.first = &compiled;
}

static int files(void) {
	int count = 0;
	for (struct entry *e = __jit_debug_descriptor.first; e != 0; e = e->next) {
		count++;
	}
	return count;
}
*/
import "C"

import (
	"fmt"

	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	C.compile()
	provider := stapsdt.MustProvider("compiled")
	hit := stapsdt.MustProbe1[int](provider, "hit")
	if err := provider.Load(); err != nil {
		panic(err)
	}
	hit.Fire(42)
	fmt.Println("files:", C.files())
	if err := provider.Close(); err != nil {
		panic(err)
	}
}
