package guest

// registers are the registers of arguments, in the order of the calling convention, with their
// names in notes and their numbers in arch/arm64/include/uapi/asm/perf_regs.h.
var registers = []register{{"x0", 0}, {"x1", 1}, {"x2", 2}, {"x3", 3}, {"x4", 4}, {"x5", 5}}
