package uprobe

import (
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// bucketIndex sets R0 to the index of the bucket of the value in regTemp, as the method Bucket of
// histogram.Scale does. It changes R1 to R3.
func (p *program) bucketIndex(s histogram.Scale, signed bool) {
	if s.Linear {
		p.linearIndex(s, signed)
		return
	}
	done := p.newLabel()
	if signed {
		positive := p.newLabel()
		p.emit(
			asm.JSGE.Imm(regTemp, 0, positive),
			asm.Mov.Reg(asm.R3, regTemp),
			asm.Neg.Imm(asm.R3, 0),
		)
		p.log2Index(s.Inclusive)
		p.emit(
			asm.Neg.Imm(asm.R0, 0),
			asm.Ja.Label(done),
		)
		p.place(positive)
	}
	p.emit(asm.Mov.Reg(asm.R3, regTemp))
	p.log2Index(s.Inclusive)
	p.place(done)
	p.split(s.Splits, signed)
}

// split adds to the index in R0 what it grows by with each split that the value in regTemp is
// above. It changes R1.
func (p *program) split(splits []int64, signed bool) {
	if len(splits) == 0 {
		return
	}
	isNotAbove, jump := p.newLabel(), asm.JLE
	if signed {
		jump = asm.JSLE
	}
	for _, split := range splits {
		if signed || split >= 0 {
			p.emit(loadConstant(asm.R1, split), jump.Reg(regTemp, asm.R1, isNotAbove))
		}
		p.emit(asm.Add.Imm(asm.R0, histogram.SplitStep))
	}
	p.place(isNotAbove)
}

// log2Index sets R0 to the index of the bucket of the unsigned value in R3. It changes R1 to R3.
func (p *program) log2Index(inclusive bool) {
	if !inclusive {
		p.exclusiveIndex()
		return
	}
	done := p.newLabel()
	p.emit(
		asm.Mov.Imm(asm.R0, 0),
		asm.JEq.Imm(asm.R3, 0, done),
		asm.Sub.Imm(asm.R3, 1),
	)
	p.exclusiveIndex()
	p.emit(asm.Add.Imm(asm.R0, 1))
	p.place(done)
}

// exclusiveIndex is log2Index for a scale that is not inclusive.
func (p *program) exclusiveIndex() {
	done := p.newLabel()
	p.emit(
		asm.Mov.Reg(asm.R0, asm.R3),
		asm.JLT.Imm(asm.R3, 16, done),
	)
	// The exponent of 2, in R0, by bisection.
	p.emit(
		asm.Mov.Reg(asm.R1, asm.R3),
		asm.Mov.Imm(asm.R0, 0),
	)
	for shift := int32(32); shift > 0; shift /= 2 {
		less := p.newLabel()
		p.emit(
			asm.Mov.Reg(asm.R2, asm.R1),
			asm.RSh.Imm(asm.R2, shift),
			asm.JEq.Imm(asm.R2, 0, less),
			asm.Add.Imm(asm.R0, shift),
			asm.Mov.Reg(asm.R1, asm.R2),
		)
		p.place(less)
	}
	// The four bits after the first one.
	p.emit(
		asm.Mov.Reg(asm.R1, asm.R0),
		asm.Sub.Imm(asm.R1, 4),
		asm.RSh.Reg(asm.R3, asm.R1),
		asm.And.Imm(asm.R3, 15),
		asm.Sub.Imm(asm.R0, 3),
		asm.LSh.Imm(asm.R0, 4),
		asm.Add.Reg(asm.R0, asm.R3),
	)
	p.place(done)
}

// linearIndex is bucketIndex for a linear scale. It changes R1 and R2.
func (p *program) linearIndex(s histogram.Scale, signed bool) {
	above, done := p.newLabel(), p.newLabel()
	if !signed {
		p.emit(asm.JSLT.Imm(regTemp, 0, above)) // larger than any int64
	}
	p.emit(
		asm.Mov.Imm(asm.R0, -1),
		loadConstant(asm.R1, s.Lo),
		asm.JSLT.Reg(regTemp, asm.R1, done),
		loadConstant(asm.R2, s.Hi),
		asm.JSGE.Reg(regTemp, asm.R2, above),
		asm.Mov.Reg(asm.R0, regTemp),
		asm.Sub.Reg(asm.R0, asm.R1),
		loadConstant(asm.R1, s.Step),
		asm.Div.Reg(asm.R0, asm.R1),
		asm.Ja.Label(done),
	)
	p.place(above)
	p.emit(loadConstant(asm.R0, int64(s.Len())))
	p.place(done)
}
