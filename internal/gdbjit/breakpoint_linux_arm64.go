package gdbjit

type instruction uint32

// breakpoint is what debuggers write over code: brk #0.
const breakpoint instruction = 0xd4200000
