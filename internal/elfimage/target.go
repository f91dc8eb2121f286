package elfimage

import "github.com/go-usdt/usdt/internal/elf"

// A target is what differs between the machines that images can be made for.
type target struct {
	page        uint64          // the largest that the machine's kernels use, in bytes
	registers   [MaxArgs]string // of C integer arguments, spelt as every tracer reads them
	instruction int             // every instruction is a multiple of so many bytes
	landing     []byte          // a no-op, see Landing
	ret         []byte          // the return instruction
	filler      byte            // what follows it in a slot: it traps
}

var targets = map[elf.Machine]*target{
	elf.EM_X86_64: {
		page:        0x1000,
		registers:   [...]string{"%rdi", "%rsi", "%rdx", "%rcx", "%r8", "%r9"},
		instruction: 1,
		landing:     []byte{0x90},
		ret:         []byte{0xc3},
		filler:      0xcc, // int3
	},
	elf.EM_AARCH64: {
		page:        0x10000,
		registers:   [...]string{"x0", "x1", "x2", "x3", "x4", "x5"},
		instruction: 4,
		landing:     []byte{0x1f, 0x20, 0x03, 0xd5},
		ret:         []byte{0xc0, 0x03, 0x5f, 0xd6},
		filler:      0x00, // udf #0
	},
}
