package kernel

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// hasExchange loads a program that changes a number if it is what it was. On arm64 the kernel
// learnt to translate it later (5.18) than the verifier to allow it.
func hasExchange() bool {
	err := tryProgram(ebpf.ProgramSpec{
		Instructions: asm.Instructions{
			asm.Mov.Imm(asm.R0, 0),
			asm.StoreMem(asm.RFP, -8, asm.R0, asm.DWord),
			CompareExchange(asm.RFP, -8, asm.R0),
			asm.Mov.Imm(asm.R0, 0),
			asm.Return(),
		},
	})
	return err == nil
}

// CompareExchange is an instruction that stores src at an address if R0 has what is there, and sets
// R0 to what was there.
func CompareExchange(address asm.Register, offset int16, src asm.Register) asm.Instruction {
	in := asm.CmpXchg.Mem(address, src, asm.DWord, offset)
	in.Constant = int64(asm.CmpXchg >> 8) // cilium/ebpf 0.22 forgets it when it encodes, and adds
	return in
}
