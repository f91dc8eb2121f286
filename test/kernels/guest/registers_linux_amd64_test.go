package guest

// registers are those of arguments, in the order of the calling convention, as notes call them and with
// their numbers in arch/x86/include/uapi/asm/perf_regs.h.
var registers = []register{{"%rdi", 5}, {"%rsi", 4}, {"%rdx", 3}, {"%rcx", 2}, {"%r8", 16}, {"%r9", 17}}
