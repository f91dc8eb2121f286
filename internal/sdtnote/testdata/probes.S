// Hand-made stapsdt notes. After each site comes its name, and the semaphore starts as 0x5a17, so
// that a test can see whether the offsets read from the file lead to them.

#if __SIZEOF_POINTER__ == 8
#define ADDR .8byte
#else
#define ADDR .4byte
#endif

#define SITE(name)					\
	nop						; \
	.asciz	name					; \
	.balign	4

#define NOTE(site, semaphore, name, args)		\
	.balign	4					; \
	.4byte	8, 4f - 3f, 3				; \
	.asciz	"stapsdt"				; \
3:	ADDR	site, base, semaphore			; \
	.asciz	"testdata"				; \
	.asciz	name					; \
	.asciz	args					; \
4:	.balign	4

	.text
	.globl	_start
_start:
one:	SITE("one")
two:	SITE("two")

	.section .stapsdt.base, "a", "progbits"
base:	.byte	0

	.section .probes, "aw", "progbits"
	.balign	2
semaphore:
	.2byte	0x5a17

	.section .note.stapsdt, "", "note"
	NOTE(one, semaphore, "one", "8@%rdi -4@%esi")
	NOTE(two, 0, "two", "")

	.section .note.GNU-stack, "", "progbits"
