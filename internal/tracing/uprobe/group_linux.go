package uprobe

import (
	"bytes"
	"encoding/binary"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// group writes the group that the event belongs to into the byWords words at an offset of the
// frame, which are zeros: a text, or an integer and, in the second word, 1 if it is negative. The
// sites of the probes may differ in the sign of the argument. It changes R0 to R5, frameWord and
// frameWord2.
func (p *program) group(arg int, isText bool, by int, unreadable string) error {
	if !isText {
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameArg(arg), asm.DWord),
			asm.StoreMem(asm.RFP, displacement(by), asm.R1, asm.DWord),
		)
		if p.args[arg].Signed {
			done := p.newLabel()
			p.emit(
				asm.JSGE.Imm(asm.R1, 0, done),
				asm.StoreImm(asm.RFP, displacement(by+8), 1, asm.Word),
			)
			p.place(done)
		}
		return nil
	}
	if p.site.isSized(arg) {
		if _, err := p.read(Numbered(arg+1), unreadable); err != nil {
			return err
		}
		p.touch(arg)
		p.emit(loadAddress(asm.R1, by)...)
		p.sizedText(arg, MaxByText)
		p.emit(asm.LoadMem(asm.R1, asm.RFP, frameArg(arg+1), asm.DWord))
		p.atMost(asm.R1, MaxByText)
	} else {
		p.touch(arg)
		p.emit(loadAddress(asm.R1, by)...)
		p.pointer(asm.R3, arg)
		p.readUserText(8 * byWords)
		p.emit(asm.Mov.Imm(asm.R1, 0)) // Linux 5.5 to 5.9 may have copied bytes after the NUL
	}
	p.emit(
		asm.StoreMem(asm.RFP, displacement(by+MaxByText), asm.R1, asm.Byte),
		asm.JSLT.Imm(asm.R0, 0, unreadable),
	)
	return nil
}

// copyGroup copies the words of a group from one address and offset to another. It changes R1.
func (p *program) copyGroup(to asm.Register, offset int, from asm.Register, fromOffset int) {
	for word := range byWords {
		p.emit(
			asm.LoadMem(asm.R1, from, displacement(fromOffset+8*word), asm.DWord),
			asm.StoreMem(to, displacement(offset+8*word), asm.R1, asm.DWord),
		)
	}
}

// readGroups returns the histogram of each group, in no particular order. When it returns an error,
// groups may be missing.
func (c *valueCounts) readGroups(scale histogram.Scale, isText bool) ([]Group, error) {
	type value struct {
		by   integer.Int
		text string
	}
	groups := make(map[value]*Group)
	err := c.read(func(k bucketKey, values []bucketValue) {
		var v value
		if isText {
			v.text = text(k.By)
		} else {
			v.by = integer.Int{Bits: k.By[0], Negative: k.By[1] != 0}
		}
		g := groups[v]
		if g == nil {
			g = &Group{By: v.by, Text: v.text, Histogram: &histogram.Histogram{Scale: scale}}
			groups[v] = g
		}
		addTo(g.Histogram, k, values)
	})
	list := make([]Group, 0, len(groups))
	for _, g := range groups {
		list = append(list, *g)
	}
	return list, err
}

func text(by [byWords]uint64) string {
	b, err := binary.Append(nil, binary.NativeEndian, by)
	if err != nil {
		panic(err) // an array of integers has a size
	}
	if n := b[MaxByText]; n > 0 {
		return string(b[:n])
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}
