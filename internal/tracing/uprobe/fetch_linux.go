package uprobe

import (
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// need fetches arguments into the frame, each once.
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

// read fetches an argument of the site and returns its number. The program jumps to unreadable when
// the argument could not be read. It changes R0 to R5, frameWord and frameWord2.
func (p *program) read(a Argument, unreadable string) (place int, err error) {
	if place, err = p.site.Place(a); err != nil {
		return 0, err
	}
	if err := p.need(place); err != nil {
		return 0, err
	}
	p.unlessRead(place, unreadable)
	return place, nil
}

// usable returns why a program cannot use argument i, if it cannot.
func (p *program) usable(i int) error {
	if i >= len(p.args) {
		return argumentError(p.site.probe, i, "the probe has %d, arg0 is the first", len(p.args))
	}
	if a := p.args[i]; a.Kind == operand.Invalid {
		return argumentError(p.site.probe, i, "%s cannot be read: %v", a.Text, a.Err)
	}
	return nil
}

// fetch puts the value of argument i, extended to 64 bits, into its place in the frame. If the
// argument cannot be read, the value is 0 and its bit in regFailed is set. It changes R0 to R5,
// frameWord and frameWord2.
func (p *program) fetch(i int) error {
	a := p.args[i]
	switch a.Kind {
	case operand.Constant:
		p.emit(loadConstant(asm.R0, a.Value))
	case operand.InRegister:
		offset, ok := registers[a.Reg.Name]
		if !ok {
			return argumentError(p.site.probe, i, "no register %s", a.Reg.Name)
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

// setUnreadable makes argument i one that cannot be read. It changes R0.
func (p *program) setUnreadable(i int) {
	p.emit(asm.Or.Imm(regFailed, 1<<i))
	p.clear(int(frameArg(i)), 1)
}

// unlessRead jumps to the label if argument i could not be read. It changes R0: if a jump tested
// regFailed itself, the verifier would follow two values of it from there on.
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

// address sets R3 to the address of an operand in memory. It changes R1.
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
			return argumentError(p.site.probe, i, "no register %s", r.Name)
		}
		p.emit(asm.LoadMem(asm.R1, regContext, offset, asm.DWord))
		if r.scale > 1 {
			p.emit(asm.Mul.Imm(asm.R1, int32(r.scale)))
		}
		p.emit(asm.Add.Reg(asm.R3, asm.R1))
	}
	return nil
}

// addSymbol adds the run-time address of a symbol to R3. Its distance from the site is the same as
// at link time. It changes R1.
func (p *program) addSymbol(i int, symbol string) error {
	address, ok := p.site.Symbols[symbol]
	if !ok {
		return argumentError(p.site.probe, i,
			"the file has no symbol %s, it may have been stripped", symbol)
	}
	p.emit(
		asm.LoadMem(asm.R1, regContext, registers[programCounter], asm.DWord),
		asm.Add.Reg(asm.R3, asm.R1),
		loadConstant(asm.R1, int64(address-p.site.Note.Address)),
		asm.Add.Reg(asm.R3, asm.R1),
	)
	return nil
}

// readMemory sets the low bytes of R0 to the argument at the address in R3. It changes R1 to R5,
// frameWord and frameWord2.
func (p *program) readMemory(i int, a operand.Arg) {
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R3, asm.DWord))
	p.clear(frameWord, 1) // the verifier wants the whole word to be initialised
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
	// After an error the word is 0. The bit is set without a jump: otherwise the verifier would
	// have to follow both ways for each of several arguments.
	p.emit(
		asm.RSh.Imm(asm.R0, 63),
		asm.LSh.Imm(asm.R0, int32(i)),
		asm.Or.Reg(regFailed, asm.R0),
		asm.LoadMem(asm.R0, asm.RFP, frameWord, asm.DWord),
	)
}
