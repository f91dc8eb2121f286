package uprobe

import (
	"fmt"

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
		p.fetch(i)
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
	if err := p.needIntegers(place); err != nil {
		return 0, err
	}
	p.unlessRead(place, unreadable)
	return place, nil
}

// usable returns why a program cannot use argument i, if it cannot.
func (p *program) usable(i int) error {
	if i >= len(p.args) {
		return noArgument(p.site.probe, i, len(p.args))
	}
	if a := p.args[i]; a.Kind == operand.Invalid {
		return unreadable(p.site.probe, i, a)
	}
	return nil
}

// needIntegers is need for arguments that are counted or compared.
func (p *program) needIntegers(args ...int) error {
	for _, i := range args {
		if i < len(p.args) && p.args[i].Float {
			return argumentError(fmt.Sprintf(
				"arg%d of %s, %s, is a floating-point number; only integers are compared and counted",
				i, p.site.probe, p.args[i].Text))
		}
	}
	return p.need(args...)
}

// fetch puts the value of argument i, extended to 64 bits, into its place in the frame. If the
// argument cannot be read, the value is 0 and its bit in regFailed is set. It changes R0 to R5,
// frameWord and frameWord2.
func (p *program) fetch(i int) {
	a := p.args[i]
	switch a.Kind {
	case operand.Constant:
		p.emit(loadConstant(asm.R0, a.Value))
	case operand.InRegister:
		p.readRegister(a)
	case operand.InMemory:
		p.address(a)
		p.readMemory(i, a)
	}
	if a.Kind != operand.Constant {
		p.extend(asm.R0, a)
	}
	p.emit(asm.StoreMem(asm.RFP, frameArg(i), asm.R0, asm.DWord))
}

// readRegister sets the low bytes of R0 to an argument in a register. It changes R1.
func (p *program) readRegister(a operand.Arg) {
	p.register(asm.R0, a.Reg)
	if a.Reg.High {
		p.emit(asm.RSh.Imm(asm.R0, 8))
	}
	if a.Upper.Name != "" {
		p.zeroExtend(asm.R0)
		p.register(asm.R1, a.Upper)
		p.emit(asm.LSh.Imm(asm.R1, 32), asm.Or.Reg(asm.R0, asm.R1))
	}
}

// register sets dst to the whole register that r is a part of.
func (p *program) register(dst asm.Register, r operand.Register) {
	p.emit(asm.LoadMem(dst, regContext, registers[r.Name], asm.DWord))
}

// zeroExtend clears the upper half of dst.
func (p *program) zeroExtend(dst asm.Register) {
	p.emit(asm.LSh.Imm(dst, 32), asm.RSh.Imm(dst, 32))
}

// toAddress makes the sum of an address in dst what it is in a program of the site's file.
func (p *program) toAddress(dst asm.Register) {
	if operand.AddressSize(p.site.Note) == 4 {
		p.zeroExtend(dst)
	}
}

// pointer sets dst to argument i, which is an address.
func (p *program) pointer(dst asm.Register, i int) {
	p.emit(asm.LoadMem(dst, asm.RFP, frameArg(i), asm.DWord))
	p.toAddress(dst)
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
	shift := imm(64 - 8*a.Size)
	p.emit(asm.LSh.Imm(dst, shift))
	if a.Signed {
		p.emit(asm.ArSh.Imm(dst, shift))
	} else {
		p.emit(asm.RSh.Imm(dst, shift))
	}
}

// address sets R3 to the address of an operand in memory. It changes R0 to R5 and frameWord.
func (p *program) address(a operand.Arg) {
	if a.InThread {
		p.threadPointer()
		p.emit(loadConstant(asm.R1, a.Disp), asm.Add.Reg(asm.R3, asm.R1))
	} else {
		p.emit(loadConstant(asm.R3, a.Disp))
	}
	if a.Symbol != "" {
		p.addSymbol(a)
	}
	if a.Base.Name != "" {
		p.register(asm.R1, a.Base)
		p.emit(asm.Add.Reg(asm.R3, asm.R1))
	}
	if a.Index.Name != "" {
		p.register(asm.R1, a.Index)
		p.emit(asm.Mul.Imm(asm.R1, imm(a.Scale)), asm.Add.Reg(asm.R3, asm.R1))
	}
	p.toAddress(asm.R3)
}

// addSymbol adds to R3 what the symbol of an operand stands for: its run-time address, whose
// distance from the site is the same as at link time; or its distance from the global offset table
// or from the thread pointer. It changes R1.
func (p *program) addSymbol(a operand.Arg) {
	address := p.site.Symbols[a.Symbol]
	switch {
	case a.FromGOT:
		address -= p.site.Symbols[operand.GOT]
	case !a.InThread:
		address -= p.site.Note.Address
		p.register(asm.R1, operand.Register{Name: programCounter})
		p.emit(asm.Add.Reg(asm.R3, asm.R1))
	}
	distance := int64(address) // #nosec G115 -- the same bits
	p.emit(loadConstant(asm.R1, distance), asm.Add.Reg(asm.R3, asm.R1))
}

// readMemory sets the low bytes of R0 to the argument at the address in R3. It changes R1 to R5,
// frameWord and frameWord2.
func (p *program) readMemory(i int, a operand.Arg) {
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R3, asm.DWord))
	p.clear(frameWord, 1) // the verifier wants the whole word to be initialized
	p.emit(loadAddress(asm.R1, frameWord)...)
	p.readUser(a.Size)
	if p.features.Sleep {
		p.sleeps = true
		there := p.newLabel()
		p.emit(asm.JEq.Imm(asm.R0, 0, there))
		p.emit(loadAddress(asm.R1, frameWord)...)
		p.emit(
			asm.Mov.Imm(asm.R2, imm(a.Size)),
			asm.LoadMem(asm.R3, asm.RFP, frameWord2, asm.DWord),
			asm.FnCopyFromUser.Call(),
		)
		p.place(there)
	}
	// After an error the word is 0. The bit is set without a jump: otherwise the verifier would
	// have to follow both ways for each of several arguments.
	p.emit(
		asm.RSh.Imm(asm.R0, 63),
		asm.LSh.Imm(asm.R0, imm(i)),
		asm.Or.Reg(regFailed, asm.R0),
		asm.LoadMem(asm.R0, asm.RFP, frameWord, asm.DWord),
	)
}
