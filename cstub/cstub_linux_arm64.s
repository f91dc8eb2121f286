#include "textflag.h"

// See cstub_linux_amd64.s for why calls bypass cgo and where the callee's stack comes from.
//
// AAPCS64 in short: integer arguments in R0-R5; R19-R28 and R29 preserved by the callee; RSP a
// multiple of 16 always, which Go keeps too. R18 belongs to the platform, R28 is g and
// preserved.
//
// Stack: a probe stub uses none here, and the kernel's rewritten site (brk) neither, so nothing
// is reserved. Go keeps the return address at the bottom of a frame on arm64, so the frame could
// not be lent to the callee anyhow: a C function in its place lives in the 800 bytes that the
// runtime leaves below the stack guard for NOSPLIT functions.

// func Call(fn uintptr, args *[MaxArgs]uint64)
TEXT ·Call(SB), NOSPLIT, $0-16
	MOVD	fn+0(FP), R9
	MOVD	args+8(FP), R10
	LDP	0(R10), (R0, R1)
	LDP	16(R10), (R2, R3)
	LDP	32(R10), (R4, R5)
	CALL	(R9)
	RET

// func StackBounds() (lo, hi uintptr)
//
// The bounds are the first two words of the runtime's g, an offset that every C thread entry of
// runtime/cgo depends on.
TEXT ·StackBounds(SB), NOSPLIT, $0-16
	MOVD	0(g), R0
	MOVD	R0, lo+0(FP)
	MOVD	8(g), R0
	MOVD	R0, hi+8(FP)
	RET
