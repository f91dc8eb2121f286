package uprobe

import "github.com/cilium/ebpf/asm"

// readUser copies size bytes from the traced process's address in R3 to the address in R1. It sets
// R0 to 0 or an error, and changes R1 to R5.
func (p *program) readUser(size int) {
	p.emit(asm.Mov.Imm(asm.R2, imm(size)))
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

// readKernel copies size bytes from the kernel's address in R3 to the address in R1. It sets R0 to
// 0 or an error, and changes R1 to R5.
func (p *program) readKernel(size int) {
	p.emit(asm.Mov.Imm(asm.R2, imm(size)))
	if p.features.ReadUser { // which came with it
		p.emit(asm.FnProbeReadKernel.Call())
	} else {
		p.emit(asm.FnProbeRead.Call())
	}
}

// readUserText copies a text with its NUL from the traced process's address in R3 to the address in
// R1. It copies at most size bytes, of which the last is always a NUL. It sets R0 to the number of
// bytes or an error, and changes R1 to R5.
func (p *program) readUserText(size int) {
	p.emit(asm.Mov.Imm(asm.R2, imm(size)))
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

// touch brings the memory that argument i points to into the page table, if the program may wait
// for memory. Otherwise a page of a file that nobody has touched yet cannot be read, such as the
// page of a string constant in C. It changes R0 to R5, frameWord and frameWord2.
func (p *program) touch(i int) {
	if p.features.Sleep {
		p.pointer(asm.R3, i)
		p.touchAddress()
	}
}

// touchEnd does the same for the last byte of a capture.
func (p *program) touchEnd(c Capture) {
	if !p.features.Sleep {
		return
	}
	fits, none := p.newLabel(), p.newLabel()
	p.emit(
		asm.LoadMem(asm.R2, asm.RFP, frameArg(c.Length), asm.DWord),
		asm.JEq.Imm(asm.R2, 0, none),
		asm.JLE.Imm(asm.R2, imm(c.Max), fits),
		asm.Mov.Imm(asm.R2, imm(c.Max)),
	)
	p.place(fits)
	p.pointer(asm.R3, c.Arg)
	p.emit(asm.Add.Reg(asm.R3, asm.R2), asm.Sub.Imm(asm.R3, 1))
	p.touchAddress()
	p.place(none)
}

// touchAddress does the same for the byte at the address in R3.
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
