package uprobe

import (
	"errors"
	"fmt"
	"math"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// license is what the kernel wants of programs that read the memory of processes.
const license = "Dual MIT/GPL"

// The registers that a program keeps across calls of helpers.
const (
	regContext = asm.R6 // the traced thread's registers
	regTarget  = asm.R7 // the record or value being written
	regTemp    = asm.R8
	regFailed  = asm.R9 // a bit for each argument that could not be read
)

// The stack of a program, as offsets from its frame pointer. The kernel gives it 512 bytes.
const (
	frameArgs  = -8 * operand.MaxArgs       // arguments, extended to 64 bits
	frameWord  = frameArgs - 8              // what is read or passed by address
	frameWord2 = frameWord - 8              // the same
	frameKey   = frameWord2 - 8*(1+byWords) // the key of a map
	frameText  = frameKey - 8*textWords     // a string to be compared
)

func frameArg(i int) int16 { return int16(frameArgs + 8*i) }

// A program is a BPF program in the making, for one site.
type program struct {
	features kernel.Features
	probe    Probe
	site     Site
	args     []operand.Arg
	fetched  [operand.MaxArgs]bool
	sleeps   bool // it may wait for memory

	ins     asm.Instructions
	pending []string // labels of the next instruction
	labels  int
}

func newProgram(p Probe, s Site, f kernel.Features) *program {
	prog := &program{features: f, probe: p, site: s, args: s.args()}
	prog.emit(
		asm.Mov.Reg(regContext, asm.R1),
		asm.Mov.Imm(regFailed, 0),
	)
	return prog
}

func (p *program) emit(ins ...asm.Instruction) {
	for _, in := range ins {
		// An instruction bears one label; the others get instructions that do nothing.
		for len(p.pending) > 1 {
			p.ins = append(p.ins, asm.Mov.Reg(regContext, regContext).WithSymbol(p.pending[0]))
			p.pending = p.pending[1:]
		}
		if len(p.pending) == 1 {
			in = in.WithSymbol(p.pending[0])
			p.pending = nil
		}
		p.ins = append(p.ins, in)
	}
}

// newLabel returns a label that is used nowhere else.
func (p *program) newLabel() string {
	p.labels++
	return fmt.Sprintf("l%d", p.labels)
}

// place puts the label at the next instruction.
func (p *program) place(label string) { p.pending = append(p.pending, label) }

func (p *program) jump(label string) { p.emit(asm.Ja.Label(label)) }

// exit ends the program. What it returns tells perf that the event needs no further work.
func (p *program) exit() { p.emit(asm.Mov.Imm(asm.R0, 0), asm.Return()) }

// load makes the kernel check and translate the program.
func (p *program) load(attach ebpf.AttachType) (*ebpf.Program, error) {
	flags := uint32(0)
	if p.sleeps {
		flags = unix.BPF_F_SLEEPABLE
	}
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name:         "usdt",
		Type:         ebpf.Kprobe,
		AttachType:   attach,
		Flags:        flags,
		Instructions: p.ins,
		License:      license,
	})
	switch {
	case errors.Is(err, unix.E2BIG):
		// The library's text has the verifier's last lines, which say less.
		return nil, fmt.Errorf("load program for %s: %w: use fewer comparisons in the filter, or shorter texts", p.probe, unix.E2BIG)
	case err != nil:
		return nil, fmt.Errorf("load program for %s: %w", p.probe, explain(err))
	}
	return prog, nil
}

// loadConstant sets dst to v in as few instructions as v allows.
func loadConstant(dst asm.Register, v int64) asm.Instruction {
	if v >= math.MinInt32 && v <= math.MaxInt32 {
		return asm.Mov.Imm(dst, int32(v))
	}
	return asm.LoadImm(dst, v, asm.DWord)
}

// loadAddress sets dst to the address of a place in the frame.
func loadAddress(dst asm.Register, frame int) asm.Instructions {
	return asm.Instructions{asm.Mov.Reg(dst, asm.RFP), asm.Add.Imm(dst, int32(frame))}
}

// clear sets words of 8 bytes in the frame to 0. It changes R0.
func (p *program) clear(frame, words int) {
	p.emit(asm.Mov.Imm(asm.R0, 0))
	for word := range words {
		p.emit(asm.StoreMem(asm.RFP, int16(frame+8*word), asm.R0, asm.DWord))
	}
}

// lookup sets R0 to the address of the map's value whose key is in the frame, or to 0. It changes R1 to R5.
func (p *program) lookup(m *ebpf.Map, key int) {
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, m.FD()),
		asm.FnMapLookupElem.Call(),
	)
}

// increment adds 1 to the value at index of an array. It changes R0 to R5 and frameWord.
func (p *program) increment(array *ebpf.Map, index int) {
	none := p.newLabel()
	p.emit(asm.StoreImm(asm.RFP, frameWord, int64(index), asm.Word))
	p.lookup(array, frameWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, none),
		asm.Mov.Imm(asm.R1, 1),
		// Atomic, although each processor has its own: a program may be preempted.
		asm.StoreXAdd(asm.R0, asm.R1, asm.DWord),
	)
	p.place(none)
}

// readUser copies size bytes at the traced process's address in R3 to the address in R1 and sets R0 to 0
// or an error.
func (p *program) readUser(size int) {
	p.emit(asm.Mov.Imm(asm.R2, int32(size)))
	p.callReadUser()
}

// callReadUser is readUser with the size in R2.
func (p *program) callReadUser() {
	if p.features.ReadUser {
		p.emit(asm.FnProbeReadUser.Call())
	} else {
		p.emit(asm.FnProbeRead.Call())
	}
}

// readUserText copies the text at the traced process's address in R3 with its NUL, at most size bytes and
// always with a NUL, to the address in R1, and sets R0 to how many bytes that were, or to an error.
func (p *program) readUserText(size int) {
	p.emit(asm.Mov.Imm(asm.R2, int32(size)))
	if p.features.ReadUser {
		p.emit(asm.FnProbeReadUserStr.Call())
	} else {
		p.emit(asm.FnProbeReadStr.Call())
	}
	// Linux 5.5 to 6.12 do not count the NUL of an empty text.
	counted := p.newLabel()
	p.emit(
		asm.JNE.Imm(asm.R0, 0, counted),
		asm.Mov.Imm(asm.R0, 1),
	)
	p.place(counted)
}

// touch makes sure that what argument i points to is in memory, where a program may wait for that: a page of
// a file that nobody has read yet cannot be read otherwise, such as that of a string constant of C. It
// changes R0 to R5, frameWord and frameWord2.
func (p *program) touch(i int) {
	if p.features.Sleep {
		p.emit(asm.LoadMem(asm.R3, asm.RFP, frameArg(i), asm.DWord))
		p.touchAddress()
	}
}

// touchEnd makes sure of the last byte of a capture.
func (p *program) touchEnd(c Capture) {
	if !p.features.Sleep {
		return
	}
	fits, none := p.newLabel(), p.newLabel()
	p.emit(
		asm.LoadMem(asm.R2, asm.RFP, frameArg(c.Length), asm.DWord),
		asm.JEq.Imm(asm.R2, 0, none),
		asm.JLE.Imm(asm.R2, int32(c.Max), fits),
		asm.Mov.Imm(asm.R2, int32(c.Max)),
	)
	p.place(fits)
	p.emit(
		asm.LoadMem(asm.R3, asm.RFP, frameArg(c.Arg), asm.DWord),
		asm.Add.Reg(asm.R3, asm.R2),
		asm.Sub.Imm(asm.R3, 1),
	)
	p.touchAddress()
	p.place(none)
}

// touchAddress is touch for the byte at the address in R3.
func (p *program) touchAddress() {
	p.sleeps = true
	there := p.newLabel()
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R3, asm.DWord))
	for _, read := range []asm.BuiltinFunc{asm.FnProbeReadUser, asm.FnCopyFromUser} {
		p.emit(loadAddress(asm.R1, frameWord)...)
		p.emit(
			asm.Mov.Imm(asm.R2, 1),
			asm.LoadMem(asm.R3, asm.RFP, frameWord2, asm.DWord),
			read.Call(),
			asm.JEq.Imm(asm.R0, 0, there),
		)
	}
	p.place(there)
}

// usable reports why argument i cannot be used in a program.
func (p *program) usable(i int) error {
	if i >= len(p.args) {
		return argumentError(p.probe, i, "the probe has %d, arg0 is the first", len(p.args))
	}
	if a := p.args[i]; a.Kind == operand.Invalid {
		return argumentError(p.probe, i, "%s cannot be read: %v", a.Text, a.Err)
	}
	return nil
}

// need fetches the arguments into the frame, each once.
func (p *program) need(args ...int) error {
	for _, i := range args {
		if err := p.usable(i); err != nil {
			return err
		}
		if p.fetched[i] {
			continue
		}
		if err := p.fetch(i); err != nil {
			return err
		}
		p.fetched[i] = true
	}
	return nil
}
