package uprobe

import (
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// fetch puts the value of argument i, extended to 64 bits, into its place in the frame. An argument that
// cannot be read counts as 0 and its bit is set in regFailed. It changes R0 to R5 and frameWord.
func (p *program) fetch(i int) error {
	a := p.args[i]
	switch a.Kind {
	case operand.Constant:
		p.emit(loadConstant(asm.R0, a.Value))
	case operand.InRegister:
		offset, ok := registers[a.Reg.Name]
		if !ok {
			return argumentError(p.probe, i, "no register %s", a.Reg.Name)
		}
		p.emit(asm.LoadMem(asm.R0, regContext, offset, asm.DWord))
		if a.Reg.High {
			p.emit(asm.RSh.Imm(asm.R0, 8))
		}
	case operand.InMemory:
		if err := p.address(i, a); err != nil {
			return err
		}
		p.readMemory(i, a)
	}
	if a.Kind != operand.Constant {
		p.extend(asm.R0, a)
	}
	p.emit(asm.StoreMem(asm.RFP, frameArg(i), asm.R0, asm.DWord))
	return nil
}

// setUnreadable puts what cannot be read into the place of argument i.
func (p *program) setUnreadable(i int) {
	p.emit(asm.Or.Imm(regFailed, 1<<i))
	p.clear(int(frameArg(i)), 1)
}

// unlessRead jumps to the label if argument i could not be read. It changes R0. A jump that tests regFailed
// itself would give it two values for the verifier to follow from then on.
func (p *program) unlessRead(i int, label string) {
	p.emit(
		asm.Mov.Reg(asm.R0, regFailed),
		asm.And.Imm(asm.R0, 1<<i),
		asm.JNE.Imm(asm.R0, 0, label),
	)
}

// extend extends the low bytes of dst to 64 bits.
func (p *program) extend(dst asm.Register, a operand.Arg) {
	if a.Size == 8 {
		return
	}
	shift := int32(64 - 8*a.Size)
	p.emit(asm.LSh.Imm(dst, shift))
	if a.Signed {
		p.emit(asm.ArSh.Imm(dst, shift))
	} else {
		p.emit(asm.RSh.Imm(dst, shift))
	}
}

// address sets R3 to the address of a memory operand.
func (p *program) address(i int, a operand.Arg) error {
	p.emit(loadConstant(asm.R3, a.Disp))
	if a.Symbol != "" {
		if err := p.addSymbol(i, a.Symbol); err != nil {
			return err
		}
	}
	for _, r := range []struct {
		operand.Register
		scale int
	}{{a.Base, 1}, {a.Index, a.Scale}} {
		if r.Name == "" {
			continue
		}
		offset, ok := registers[r.Name]
		if !ok {
			return argumentError(p.probe, i, "no register %s", r.Name)
		}
		p.emit(asm.LoadMem(asm.R1, regContext, offset, asm.DWord))
		if r.scale > 1 {
			p.emit(asm.Mul.Imm(asm.R1, int32(r.scale)))
		}
		p.emit(asm.Add.Reg(asm.R3, asm.R1))
	}
	return nil
}

// addSymbol adds the run-time address of a symbol to R3: as far from the site as when they were linked.
func (p *program) addSymbol(i int, symbol string) error {
	address, ok := p.site.Symbols[symbol]
	if !ok {
		return argumentError(p.probe, i, "the file has no symbol %s, it may have been stripped", symbol)
	}
	p.emit(
		asm.LoadMem(asm.R1, regContext, registers[programCounter], asm.DWord),
		asm.Add.Reg(asm.R3, asm.R1),
		loadConstant(asm.R1, int64(address-p.site.Note.Address)),
		asm.Add.Reg(asm.R3, asm.R1),
	)
	return nil
}

// readMemory sets R0 to the low bytes at the address in R3. It changes R1 to R5, frameWord and frameWord2.
func (p *program) readMemory(i int, a operand.Arg) {
	// The kernel wants the whole word to have a value.
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R3, asm.DWord))
	p.clear(frameWord, 1)
	p.emit(loadAddress(asm.R1, frameWord)...)
	p.readUser(a.Size)
	if p.features.Sleep {
		p.sleeps = true
		there := p.newLabel()
		p.emit(asm.JEq.Imm(asm.R0, 0, there))
		p.emit(loadAddress(asm.R1, frameWord)...)
		p.emit(
			asm.Mov.Imm(asm.R2, int32(a.Size)),
			asm.LoadMem(asm.R3, asm.RFP, frameWord2, asm.DWord),
			asm.FnCopyFromUser.Call(),
		)
		p.place(there)
	}
	// What could not be read is 0. Setting the bit without a jump spares the verifier from following each
	// of several arguments both ways.
	p.emit(
		asm.RSh.Imm(asm.R0, 63),
		asm.LSh.Imm(asm.R0, int32(i)),
		asm.Or.Reg(regFailed, asm.R0),
		asm.LoadMem(asm.R0, asm.RFP, frameWord, asm.DWord),
	)
}
