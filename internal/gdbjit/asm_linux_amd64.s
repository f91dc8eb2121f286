//go:build !cgo || stapsdt_purego

#include "jit.h"

// func code() unsafe.Pointer
TEXT ·code(SB), NOSPLIT, $0-8
	LEAQ	__jit_debug_register_code<>(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func theDescriptor() *descriptor
TEXT ·theDescriptor(SB), NOSPLIT, $0-8
	LEAQ	__jit_debug_descriptor<>(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
