package gdbjit

type instruction uint8

// breakpoint is what debuggers write over code: int3.
const breakpoint instruction = 0xcc
