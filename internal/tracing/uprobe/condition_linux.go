package uprobe

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/filter"
)

// textWords is the room, in words of 8 bytes, for a text to compare: the longest string of a
// filter, its NUL, and one more byte that shows that a text is longer.
const textWords = (filter.MaxString + 2 + 7) / 8

// unless jumps to the label when the filter does not hold; nil always holds. Package filter
// specifies what a filter means. It changes R0 to R5, regTemp, frameWord, frameWord2 and frameText.
func (p *program) unless(e filter.Expr, label string) error {
	if e == nil {
		return nil
	}
	e, err := p.site.bind(e)
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	ints, texts := filter.Args(e)
	needs := append(ints, texts...)
	for _, text := range texts {
		if p.site.isSized(text) {
			needs = append(needs, text+1)
		}
	}
	if err := p.needIntegers(needs...); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	holds := p.newLabel()
	p.condition(e, holds, label)
	p.place(holds)
	return nil
}

// condition jumps to yes when e holds, otherwise to no.
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

// A domain says how 64 bits can be compared: as an int64, as a uint64, or as either.
type domain struct{ signed, unsigned bool }

func (p *program) domain(t filter.Term) domain {
	either := domain{signed: true, unsigned: true}
	switch {
	case t.Mask != 0:
		return domain{signed: t.Mask <= math.MaxInt64, unsigned: true}
	case t.Kind == filter.Literal:
		return domain{
			signed:   t.Value.Negative || t.Value.Bits <= math.MaxInt64,
			unsigned: !t.Value.Negative,
		}
	case t.Kind != filter.Arg:
		return either
	case p.args[t.Arg].Signed:
		return domain{signed: true}
	case p.args[t.Arg].Size < 8:
		return either
	}
	return domain{unsigned: true}
}

// compare jumps to yes when the comparison holds, otherwise to no. It changes R0 to R5, regTemp and
// frameWord.
func (p *program) compare(c filter.Compare, yes, no string) {
	// The left side must survive the calls that the right side may take.
	const left, right = regTemp, asm.R2
	p.term(left, c.L, no)
	p.term(right, c.R, no)
	l, r := p.domain(c.L), p.domain(c.R)
	switch {
	case l.signed && r.signed:
		p.emit(signedJumps[c.Op].Reg(left, right, yes))
	case l.unsigned && r.unsigned:
		p.emit(unsignedJumps[c.Op].Reg(left, right, yes))
	case l.signed:
		// The left side may be negative, the right side may be too large for an int64.
		p.emit(
			asm.JSLT.Imm(left, 0, decided(c.Op, -1, yes, no)),
			unsignedJumps[c.Op].Reg(left, right, yes),
		)
	default:
		p.emit(
			asm.JSLT.Imm(right, 0, decided(c.Op, 1, yes, no)),
			unsignedJumps[c.Op].Reg(left, right, yes),
		)
	}
	p.jump(no)
}

// decided returns the label to jump to when the sides compare as cmp says.
func decided(op filter.Op, cmp int, yes, no string) string {
	if op.Holds(cmp) {
		return yes
	}
	return no
}

var (
	signedJumps = [...]asm.JumpOp{
		filter.Equal: asm.JEq, filter.NotEqual: asm.JNE,
		filter.Less: asm.JSLT, filter.LessOrEqual: asm.JSLE,
		filter.Greater: asm.JSGT, filter.GreaterOrEqual: asm.JSGE,
	}
	unsignedJumps = [...]asm.JumpOp{
		filter.Equal: asm.JEq, filter.NotEqual: asm.JNE,
		filter.Less: asm.JLT, filter.LessOrEqual: asm.JLE,
		filter.Greater: asm.JGT, filter.GreaterOrEqual: asm.JGE,
	}
)

// term sets dst to the value of t, or jumps to unreadable. It changes R0 to R5 and frameWord.
func (p *program) term(dst asm.Register, t filter.Term, unreadable string) {
	switch t.Kind {
	case filter.Literal:
		p.emit(loadConstant(dst, int64(t.Value.Bits))) // #nosec G115 -- the same bits
	case filter.PID:
		p.pidTgid()
		p.emit(asm.RSh.Imm(asm.R0, 32), asm.Mov.Reg(dst, asm.R0))
	case filter.TID:
		p.pidTgid()
		p.emit(asm.LSh.Imm(asm.R0, 32), asm.RSh.Imm(asm.R0, 32), asm.Mov.Reg(dst, asm.R0))
	case filter.Arg:
		p.unlessRead(t.Arg, unreadable)
		p.emit(asm.LoadMem(dst, asm.RFP, frameArg(t.Arg), asm.DWord))
	}
	if t.Mask != 0 {
		p.emit(
			loadConstant(asm.R1, int64(t.Mask)), // #nosec G115 -- the same bits
			asm.And.Reg(dst, asm.R1),
		)
	}
}

// compareText reads as much of the text as could be equal and compares it word by word. It jumps as
// compare does, and changes R0 to R5, regTemp, frameWord, frameWord2 and frameText.
func (p *program) compareText(c filter.StringCompare, yes, no string) {
	equal, differ := yes, no
	if !c.Equal {
		equal, differ = no, yes
	}
	p.unlessRead(c.Arg, no)
	size := len(c.Text)
	if c.Sized {
		p.unlessRead(c.Arg+1, no)
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameArg(c.Arg+1), asm.DWord),
			asm.JNE.Imm(asm.R1, imm(size), differ),
		)
	} else {
		size++ // the NUL is compared, too
	}
	if size == 0 {
		p.jump(equal)
		return
	}
	p.touch(c.Arg)
	p.clear(frameText+size/8*8, 1) // the text may not fill the last word
	p.emit(loadAddress(asm.R1, frameText)...)
	p.pointer(asm.R3, c.Arg)
	if c.Sized {
		p.readUser(size) // of constant size: for another, Linux 5.10 wants an initialized frame
		p.emit(asm.JNE.Imm(asm.R0, 0, no))
	} else {
		p.readUserText(size + 1)
		p.emit(
			asm.JSLT.Imm(asm.R0, 1, no),
			asm.JNE.Imm(asm.R0, imm(size), differ),
		)
	}
	p.compareWords(c.Text, size, equal, differ)
}

// compareWords jumps to equal when the first size bytes at frameText are the text and zeros,
// otherwise to differ. It changes R0 to R2 and regTemp.
func (p *program) compareWords(wanted string, size int, equal, differ string) {
	text := make([]byte, 8*textWords)
	copy(text, wanted)
	// One jump, because the verifier would have to follow a jump for each word.
	p.emit(asm.Mov.Imm(regTemp, 0))
	for at := 0; at < size; at += 8 {
		p.emit(asm.LoadMem(asm.R1, asm.RFP, displacement(frameText+at), asm.DWord))
		// Linux before 5.10 may have copied bytes after the NUL, too.
		if rest := size - at; rest < 8 {
			p.emit(loadConstant(asm.R2, 1<<(8*rest)-1), asm.And.Reg(asm.R1, asm.R2))
		}
		word := int64(binary.NativeEndian.Uint64(text[at:])) // #nosec G115 -- the same bits
		p.emit(
			loadConstant(asm.R2, word),
			asm.Xor.Reg(asm.R1, asm.R2),
			asm.Or.Reg(regTemp, asm.R1),
		)
	}
	p.emit(asm.JNE.Imm(regTemp, 0, differ))
	p.jump(equal)
}
