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

// func cpuid(leaf uint32) (eax, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-16
	MOVL	leaf+0(FP), AX
	XORL	CX, CX
	CPUID
	MOVL	AX, eax+8(FP)
	MOVL	DX, edx+12(FP)
	RET
