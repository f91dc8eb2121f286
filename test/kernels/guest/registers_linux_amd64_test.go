package guest

// registers are the registers of arguments, in the order of the calling convention, with their
// names in notes and their numbers in arch/x86/include/uapi/asm/perf_regs.h.
var registers = []register{
	{"%rdi", 5}, {"%rsi", 4}, {"%rdx", 3}, {"%rcx", 2}, {"%r8", 16}, {"%r9", 17},
}
