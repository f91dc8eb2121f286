#include "textflag.h"

// Package block in internal says what is in a slot and why.

#define SLOT	\
	WORD $0xd503201f; \
	WORD $0xd503201f; \
	WORD $0xd65f03c0; \
	WORD $0

#define SLOT8	SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT
#define SLOT64	SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8
#define SLOT320	SLOT64; SLOT64; SLOT64; SLOT64; SLOT64

// The block has 368 slots, the first of which is the magic.
TEXT ·slots<>(SB), NOSPLIT|NOFRAME, $0-0
	PCALIGN	$64
	WORD	$0x752d6f67	// "go-u"
	WORD	$0x20746473	// "sdt "
	WORD	$0x746f6c73	// "slot"
	WORD	$0x0a312073	// "s 1\n"
	SLOT320; SLOT8; SLOT8; SLOT8; SLOT8; SLOT8
	SLOT; SLOT; SLOT; SLOT; SLOT; SLOT; SLOT

// func address() unsafe.Pointer
TEXT ·address(SB), NOSPLIT, $0-8
	MOVD	$·slots<>(SB), R0
	MOVD	R0, ret+0(FP)
	RET
