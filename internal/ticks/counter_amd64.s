#include "textflag.h"

// func counter() (Ticks, uint32)
TEXT ·counter(SB), NOSPLIT, $0-12
	RDTSCP			// waits for the loads and locked operations before it
	SHLQ	$32, DX
	ORQ	DX, AX
	MOVQ	AX, ret+0(FP)
	MOVL	CX, ret1+8(FP)
	RET

// func fence()
TEXT ·fence(SB), NOSPLIT, $0-0
	LFENCE			// RDTSCP waits for what is before it; nothing waits for RDTSCP
	RET

// func features(leaf uint32) uint32
TEXT ·features(SB), NOSPLIT, $0-12
	MOVL	leaf+0(FP), AX
	XORL	CX, CX
	CPUID
	MOVL	DX, ret+8(FP)
	RET

// func largest(leaf uint32) uint32
TEXT ·largest(SB), NOSPLIT, $0-12
	MOVL	leaf+0(FP), AX
	XORL	CX, CX
	CPUID
	MOVL	AX, ret+8(FP)
	RET
