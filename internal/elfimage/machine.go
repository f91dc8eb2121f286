package elfimage

import "github.com/go-usdt/usdt/internal/elf"

// A machine is what differs between the machines that images can be made for.
type machine struct {
	id          elf.Machine
	page        uint64          // the largest page size of the machine's kernels, in bytes
	registers   [MaxArgs]string // of C integer arguments, spelt as every tracer reads them
	instruction int             // the size of an instruction is a multiple of this, in bytes
	landing     []byte          // a no-op, see Landing
	longest     int             // the size of the longest site, in bytes; see lead
	ret         []byte          // the return instruction
	filler      byte            // fills a slot behind the return instruction; it traps
}

var x86 = machine{
	id:          elf.EM_X86_64,
	page:        0x1000,
	registers:   [...]string{"%rdi", "%rsi", "%rdx", "%rcx", "%r8", "%r9"},
	instruction: 1,
	landing:     []byte{0x90},
	longest:     10,
	ret:         []byte{0xc3},
	filler:      0xcc, // int3
}

var aarch64 = machine{
	id:          elf.EM_AARCH64,
	page:        0x10000,
	registers:   [...]string{"x0", "x1", "x2", "x3", "x4", "x5"},
	instruction: 4,
	landing:     []byte{0x1f, 0x20, 0x03, 0xd5},
	longest:     4,
	ret:         []byte{0xc0, 0x03, 0x5f, 0xd6},
	filler:      0x00, // udf #0
}

// machineOf returns nil for a machine that images cannot be made for. It is not a map, because a
// map would be made whenever a program with probes starts.
func machineOf(id elf.Machine) *machine {
	switch id {
	case elf.EM_X86_64:
		return &x86
	case elf.EM_AARCH64:
		return &aarch64
	}
	return nil
}
