package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// license is one that lets programs read the memory of processes.
const license = "Dual MIT/GPL"

// Registers that keep their values across calls of helpers.
const (
	regContext = asm.R6 // the registers of the traced thread
	regOut     = asm.R7 // the record or map value that is being written
	regTemp    = asm.R8
	regFailed  = asm.R9 // a bit for each argument that could not be read
)

// The frame of a program: offsets from the frame pointer into its stack, which has 512 bytes.
const (
	frameArgs  = -8 * operand.MaxArgs     // arguments, extended to 64 bits
	frameWord  = frameArgs - 8            // something read, or passed by its address
	frameWord2 = frameWord - 8            // the same
	frameKey   = frameWord2 - 16          // the key of a map, of two words
	frameStart = frameKey - 8             // the address of an open start, or the id of its group
	frameText  = frameStart - 8*textWords // a text to be compared
	frameBlank = frameStart - 8*rowWords  // zeros
	frameGroup = frameStart               // the end of the key of a group
)

func frameArg(i int) int16 { return displacement(frameArgs + 8*i) }

// imm is an immediate operand: a size, the number of a probe, a place in the frame or in a record.
func imm(n int) int32 { return int32(n) } // #nosec G115 -- a size is at most that of a record

// displacement is the offset of what an instruction loads or stores, in the frame or in a record.
func displacement(n int) int16 { return int16(n) } // #nosec G115 -- see layout.check

// A program is a BPF program for one site while it is being assembled.
type program struct {
	features kernel.Features
	site     probeSite
	args     []operand.Arg
	fetched  [operand.MaxArgs]bool
	shared   bool // by several probes, whose indexes are cookies of the link
	sleeps   bool // it may wait for memory

	ins     asm.Instructions
	pending []string // labels of the next instruction
	labels  int
}

func newProgram(s probeSite, f kernel.Features) *program {
	prog := &program{features: f, site: s, args: s.Args()}
	prog.emit(
		asm.Mov.Reg(regContext, asm.R1),
		asm.Mov.Imm(regFailed, 0),
	)
	return prog
}

func (p *program) emit(ins ...asm.Instruction) {
	for _, in := range ins {
		// An instruction can have one label. Other labels get instructions that do nothing.
		for len(p.pending) > 1 {
			nop := asm.Mov.Reg(regContext, regContext)
			p.ins = append(p.ins, nop.WithSymbol(p.pending[0]))
			p.pending = p.pending[1:]
		}
		if len(p.pending) == 1 {
			in = in.WithSymbol(p.pending[0])
			p.pending = nil
		}
		p.ins = append(p.ins, in)
	}
}

// newLabel returns a new label, which place gives its place.
func (p *program) newLabel() string {
	p.labels++
	return fmt.Sprintf("l%d", p.labels)
}

// place puts the label at the next instruction.
func (p *program) place(label string) { p.pending = append(p.pending, label) }

// leadsTo reports whether an instruction jumps to the label. The kernel refuses code to which none
// does.
func (p *program) leadsTo(label string) bool {
	return slices.ContainsFunc(p.ins, func(in asm.Instruction) bool { return in.Reference() == label })
}

func (p *program) jump(label string) { p.emit(asm.Ja.Label(label)) }

// exit ends the program. The result 0 tells perf that the event needs no further work.
func (p *program) exit() { p.emit(asm.Mov.Imm(asm.R0, 0), asm.Return()) }

// probeIndex sets R0 to the index of the probe. It changes R1 to R5.
func (p *program) probeIndex() {
	if p.shared {
		p.emit(asm.Mov.Reg(asm.R1, regContext), asm.FnGetAttachCookie.Call())
		p.zeroExtend(asm.R0)
	} else {
		p.emit(asm.Mov.Imm(asm.R0, imm(p.site.index)))
	}
}

// code returns the program in the kernel's encoding.
func (p *program) code() (string, error) {
	var code strings.Builder
	err := p.ins.Marshal(&code, binary.LittleEndian) // as amd64 and arm64 have it
	return code.String(), err
}

// load makes the kernel verify and translate the program.
func (p *program) load(attach ebpf.AttachType, nowhere *ebpf.Map) (*ebpf.Program, error) {
	flags := uint32(0)
	if p.sleeps {
		flags = unix.BPF_F_SLEEPABLE
	}
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name:         "usdt",
		Type:         ebpf.Kprobe,
		AttachType:   attach,
		Flags:        flags,
		Instructions: p.onThreadStack(nowhere),
		License:      license,
	})
	switch {
	case errors.Is(err, unix.E2BIG):
		// Without the library's text, which is the last lines of the verifier's log.
		return nil, fmt.Errorf("load program for %s: %w: "+
			"use fewer comparisons in the filter, or shorter texts", p.site.probe, unix.E2BIG)
	case err != nil:
		return nil, fmt.Errorf("load program for %s: %w", p.site.probe, explain(err))
	}
	return prog, nil
}

// loadConstant sets dst to v, by the shortest instruction that can hold v.
func loadConstant(dst asm.Register, v int64) asm.Instruction {
	if v >= math.MinInt32 && v <= math.MaxInt32 {
		return asm.Mov.Imm(dst, int32(v))
	}
	return asm.LoadImm(dst, v, asm.DWord)
}

// loadAddress sets dst to the address of an offset of the frame.
func loadAddress(dst asm.Register, frame int) asm.Instructions {
	return asm.Instructions{asm.Mov.Reg(dst, asm.RFP), asm.Add.Imm(dst, imm(frame))}
}

// clear sets words of 8 bytes in the frame to 0. It changes R0.
func (p *program) clear(frame, words int) {
	p.emit(asm.Mov.Imm(asm.R0, 0))
	for word := range words {
		p.emit(asm.StoreMem(asm.RFP, displacement(frame+8*word), asm.R0, asm.DWord))
	}
}
