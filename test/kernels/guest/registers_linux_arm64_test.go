package guest

// registers are those of arguments, in the order of the calling convention, as notes call them and with
// their numbers in arch/arm64/include/uapi/asm/perf_regs.h.
var registers = []register{{"x0", 0}, {"x1", 1}, {"x2", 2}, {"x3", 3}, {"x4", 4}, {"x5", 5}}
