package uprobe

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/filter"
)

// textWords is the room for a string to be compared, in words of 8 bytes: the longest that a filter
// has, its NUL, and one byte more, by which a longer text differs.
const textWords = (filter.MaxString + 2 + 7) / 8

// unless goes on where the filter holds and jumps to the label where it does not. Package filter says
// what it means.
func (p *program) unless(e filter.Expr, label string) error {
	if e == nil {
		return nil
	}
	ints, texts := filter.Args(e)
	if err := p.need(append(ints, texts...)...); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	holds := p.newLabel()
	p.condition(e, holds, label)
	p.place(holds)
	return nil
}

// condition jumps to yes or no.
func (p *program) condition(e filter.Expr, yes, no string) {
	switch e := e.(type) {
	case filter.And:
		right := p.newLabel()
		p.condition(e.L, right, no)
		p.place(right)
		p.condition(e.R, yes, no)
	case filter.Or:
		right := p.newLabel()
		p.condition(e.L, yes, right)
		p.place(right)
		p.condition(e.R, yes, no)
	case filter.Not:
		p.condition(e.X, no, yes)
	case filter.Compare:
		p.compare(e, yes, no)
	case filter.StringCompare:
		p.compareText(e, yes, no)
	}
}

// A domain says which of the two meanings of 64 bits, or both, a value has.
type domain struct{ signed, unsigned bool }

func (p *program) domain(o filter.Term) domain {
	natural := domain{true, true}
	switch {
	case o.Mask != 0:
		return domain{signed: o.Mask <= math.MaxInt64, unsigned: true}
	case o.Kind == filter.Literal:
		return domain{signed: o.Value.Negative || o.Value.Bits <= math.MaxInt64, unsigned: !o.Value.Negative}
	case o.Kind != filter.Arg:
		return natural
	case p.args[o.Arg].Signed:
		return domain{signed: true}
	case p.args[o.Arg].Size < 8:
		return natural
	}
	return domain{unsigned: true}
}

func (p *program) compare(c filter.Compare, yes, no string) {
	p.operand(asm.R8, c.L, no)
	p.operand(asm.R2, c.R, no)
	l, r := p.domain(c.L), p.domain(c.R)
	switch {
	case l.signed && r.signed:
		p.emit(signedJumps[c.Op].Reg(asm.R8, asm.R2, yes))
	case l.unsigned && r.unsigned:
		p.emit(unsignedJumps[c.Op].Reg(asm.R8, asm.R2, yes))
	default:
		// One may be negative, the other may be too large for an int64.
		negative, order := asm.R8, -1
		if r.signed {
			negative, order = asm.R2, 1
		}
		decided := no
		if c.Op.Holds(order) {
			decided = yes
		}
		p.emit(
			asm.JSLT.Imm(negative, 0, decided),
			unsignedJumps[c.Op].Reg(asm.R8, asm.R2, yes),
		)
	}
	p.jump(no)
}

var (
	signedJumps = [...]asm.JumpOp{
		filter.Equal: asm.JEq, filter.NotEqual: asm.JNE,
		filter.Less: asm.JSLT, filter.LessOrEqual: asm.JSLE, filter.Greater: asm.JSGT, filter.GreaterOrEqual: asm.JSGE,
	}
	unsignedJumps = [...]asm.JumpOp{
		filter.Equal: asm.JEq, filter.NotEqual: asm.JNE,
		filter.Less: asm.JLT, filter.LessOrEqual: asm.JLE, filter.Greater: asm.JGT, filter.GreaterOrEqual: asm.JGE,
	}
)

// operand sets dst to the value of o, or jumps to unreadable. It changes R0, R1 and R3 to R5, and R2 unless
// that is dst.
func (p *program) operand(dst asm.Register, o filter.Term, unreadable string) {
	switch o.Kind {
	case filter.Literal:
		p.emit(loadConstant(dst, int64(o.Value.Bits)))
	case filter.PID:
		p.pidTgid()
		p.emit(asm.RSh.Imm(asm.R0, 32), asm.Mov.Reg(dst, asm.R0))
	case filter.TID:
		p.pidTgid()
		p.emit(asm.LSh.Imm(asm.R0, 32), asm.RSh.Imm(asm.R0, 32), asm.Mov.Reg(dst, asm.R0))
	case filter.Arg:
		p.unlessRead(o.Arg, unreadable)
		p.emit(asm.LoadMem(dst, asm.RFP, frameArg(o.Arg), asm.DWord))
	}
	if o.Mask != 0 {
		p.emit(
			loadConstant(asm.R1, int64(o.Mask)),
			asm.And.Reg(dst, asm.R1),
		)
	}
}

// compareText reads what could be equal and compares it word by word.
func (p *program) compareText(c filter.StringCompare, yes, no string) {
	equal, differ := yes, no
	if !c.Equal {
		equal, differ = no, yes
	}
	size := len(c.Text) + 1
	p.unlessRead(c.Arg, no)
	p.touch(c.Arg)
	p.clear(frameText+size/8*8, 1) // what is read may not fill the last word
	p.emit(loadAddress(asm.R1, frameText)...)
	p.emit(asm.LoadMem(asm.R3, asm.RFP, frameArg(c.Arg), asm.DWord))
	p.readUserText(size + 1)
	p.emit(
		asm.JSLT.Imm(asm.R0, 1, no),
		asm.JNE.Imm(asm.R0, int32(size), differ),
	)
	text := make([]byte, 8*textWords)
	copy(text, c.Text)
	// One jump, not one for each word, which the verifier would have to follow.
	p.emit(asm.Mov.Imm(regTemp, 0))
	for at := 0; at < size; at += 8 {
		p.emit(asm.LoadMem(asm.R1, asm.RFP, int16(frameText+at), asm.DWord))
		// Before Linux 5.10 bytes after the NUL may have been copied, too.
		if rest := size - at; rest < 8 {
			p.emit(loadConstant(asm.R2, 1<<(8*rest)-1), asm.And.Reg(asm.R1, asm.R2))
		}
		p.emit(
			loadConstant(asm.R2, int64(binary.NativeEndian.Uint64(text[at:]))),
			asm.Xor.Reg(asm.R1, asm.R2),
			asm.Or.Reg(regTemp, asm.R1),
		)
	}
	p.emit(asm.JNE.Imm(regTemp, 0, differ))
	p.jump(equal)
}
