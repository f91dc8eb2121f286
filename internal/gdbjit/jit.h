#include "textflag.h"

// struct jit_descriptor, version 1: see gdbjit.go.
//
// The names that gdb looks for are local to this file (<>), so that they clash with no others. gdb
// finds them all the same, unless a just-in-time compiler in C has the same names in the same
// program. That takes cgo, where names_cgo.go shares the compiler's.
DATA	__jit_debug_descriptor<>+0(SB)/4, $1
DATA	__jit_debug_descriptor<>+4(SB)/4, $0
DATA	__jit_debug_descriptor<>+8(SB)/8, $0
DATA	__jit_debug_descriptor<>+16(SB)/8, $0
GLOBL	__jit_debug_descriptor<>(SB), NOPTR, $24

// gdb puts its breakpoint here.
TEXT __jit_debug_register_code<>(SB), NOSPLIT, $0-0
	RET

// func callCode()
TEXT ·callCode(SB), NOSPLIT, $0-0
	CALL	__jit_debug_register_code<>(SB)
	RET
