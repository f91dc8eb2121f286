#include "go_asm.h"
#include "textflag.h"

// Calls from Go to a probe stub bypass cgo: cgo switches to the system stack and tells the
// scheduler, some 20 ns for a function of two instructions that never blocks.
//
// The System V ABI in short: integer arguments in DI, SI, DX, CX, R8, R9; BX, BP and R12-R15
// preserved by the callee; SP a multiple of 16 at the CALL. Go's ABI0, which this file is
// written in, keeps nothing in registers across a call but SP and BP, and the wrapper that the
// compiler makes for Go callers restores R14 (g) and X15 (zero).
//
// Stack: what the callee uses lies below SP at the CALL, where the linker's NOSPLIT accounting
// cannot see it. So the frame holds StackReserve bytes, and SP is first moved up over them: the
// callee uses the frame. The assembler follows ADJSP and PUSHQ, so a profiling signal at any
// instruction still finds the caller. A tracer finds it by the frame pointer, which is kept.

#define RESERVE const_StackReserve // of cstub.go

// func Call(fn *unsafe.Pointer, none unsafe.Pointer, args *[MaxArgs]uint64)
TEXT ·Call(SB), NOSPLIT, $RESERVE-24
	MOVQ	fn+0(FP), R11
	MOVQ	args+16(FP), R10
	MOVQ	(R11), AX
	CMPQ	AX, none+8(FP)
	JEQ	nothing
	MOVQ	0(R10), DI
	MOVQ	8(R10), SI
	MOVQ	16(R10), DX
	MOVQ	24(R10), CX
	MOVQ	32(R10), R8
	MOVQ	40(R10), R9
	ADJSP	$-RESERVE
	TESTQ	$15, SP		// Go keeps SP a multiple of 8 only
	JEQ	aligned
	PUSHQ	AX
	CALL	AX
	POPQ	AX
	JMP	done
aligned:
	CALL	AX
done:
	ADJSP	$RESERVE
nothing:
	RET
