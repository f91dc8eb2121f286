package uprobe

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// From Linux 6.13 on, a program that needs 64 bytes of stack or more gets a stack of its own, one
// for each processor ("private stack"), in place of that of the traced thread. Kernels that preempt
// (CONFIG_PREEMPT_LAZY, as Debian's of Linux 7 are, and PREEMPT) let another thread run the program
// on the same processor in the middle of it: both then write to one stack, and an event has the
// arguments of another. A program with a tail call keeps the thread's stack, even if the call is
// never made.

// newNowhere makes an array of programs in which a tail call finds none, unless there is one.
func (s *session) newNowhere() (nowhere *ebpf.Map, err error) {
	if s.nowhere == nil {
		s.nowhere, err = s.newMap(&ebpf.MapSpec{
			Name: "usdt_nowhere", Type: ebpf.ProgramArray, KeySize: 4, ValueSize: 4, MaxEntries: 1,
		})
	}
	return s.nowhere, err
}

// onThreadStack returns the program with a tail call before it that is never made. Programs that
// may sleep cannot have one.
func (p *program) onThreadStack(nowhere *ebpf.Map) asm.Instructions {
	if p.sleeps {
		return p.ins
	}
	const begin = "begin"
	ins := asm.Instructions{
		asm.Mov.Imm(asm.R0, 0),
		asm.JEq.Imm(asm.R0, 0, begin), // always
		asm.LoadMapPtr(asm.R2, nowhere.FD()),
		asm.Mov.Imm(asm.R3, 0),
		asm.FnTailCall.Call(),
		asm.Mov.Imm(asm.R0, 0),
		asm.Return(),
	}
	before := len(ins)
	ins = append(ins, p.ins...)
	ins[before] = ins[before].WithSymbol(begin) // newProgram's, to which nothing else jumps
	return ins
}
