package operand

// MaxArgs is how many arguments of a probe can be traced: arg0 to arg11, as many as the macros of
// sys/sdt.h pass.
const MaxArgs = 12
