#include "textflag.h"

// See cstub_linux_amd64.s for why calls bypass cgo and where the callee's stack comes from.
//
// AAPCS64 in short: integer arguments in R0-R5; R19-R28 (R28 is g) and R29 preserved by the callee;
// RSP always a multiple of 16, also in Go. R18 belongs to the platform.
//
// Stack: a probe stub uses none on arm64, and neither does the site that the kernel rewrote (brk),
// so nothing is reserved. The frame could not be lent to the callee either, because Go keeps the
// return address at the bottom of a frame on arm64. A C function in place of a stub, as in tests,
// has the 800 bytes that the runtime leaves below the stack guard for NOSPLIT functions.

// func Call(fn *unsafe.Pointer, none unsafe.Pointer, args *[MaxArgs]uint64)
TEXT ·Call(SB), NOSPLIT, $0-24
	MOVD	fn+0(FP), R11
	MOVD	none+8(FP), R12
	MOVD	args+16(FP), R10
	LDAR	(R11), R9	// before what is at the address
	CMP	R12, R9
	BEQ	nothing
	LDP	0(R10), (R0, R1)
	LDP	16(R10), (R2, R3)
	LDP	32(R10), (R4, R5)
	CALL	(R9)
nothing:
	RET
