#include "textflag.h"

// Package block in internal says what is in a slot and why. The slots are bytes, because each must
// be as long as that package says, and the assembler has its own mind about no-ops.

#define TRAP	BYTE $0xcc
#define TRAP4	TRAP; TRAP; TRAP; TRAP
#define NOP1	BYTE $0x90
#define NOP5	BYTE $0x0f; BYTE $0x1f; BYTE $0x44; BYTE $0; BYTE $0
#define NOP10	WORD $0x2e66; LONG $0x00841f0f; LONG $0
#define RETURN	BYTE $0xc3

#define SLOT	\
	NOP1; NOP10; RETURN; \
	TRAP4; TRAP4; TRAP; \
	NOP1; NOP5; RETURN; \
	TRAP4

#define SLOT8	SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT
#define SLOT64	SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8
#define SLOT320	SLOT64; SLOT64; SLOT64; SLOT64; SLOT64

// The block has 368 slots, the first of which is the magic.
TEXT ·slots<>(SB), NOSPLIT|NOFRAME, $0-0
	PCALIGN	$64
	LONG	$0x752d6f67	// "go-u"
	LONG	$0x20746473	// "sdt "
	LONG	$0x746f6c73	// "slot"
	LONG	$0x0a312073	// "s 1\n"
	TRAP4; TRAP4; TRAP4; TRAP4
	SLOT320; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8
	SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT

// func address() unsafe.Pointer
TEXT ·address(SB), NOSPLIT, $0-8
	LEAQ	·slots<>(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
