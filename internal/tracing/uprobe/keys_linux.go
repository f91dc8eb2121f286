package uprobe

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A keyLayout says how the values by which hits are grouped are laid out in the key of a map, after
// a word with the index of the probe. An integer takes two words: its bits, and 1 if it is
// negative; a name of a thread takes two, and so does a stackID; a text takes a slot:
//
//	its bytes, at most limit   zeros   u8 length, unless it ends with a NUL   u8 flags
type keyLayout struct {
	by    []By
	at    []int // the offset of each value
	slot  int   // of a text, in bytes
	limit int   // of the bytes of a text
	size  int   // of the key

	stacks *stackTable // nil unless there is a Stack
}

// Flags of a text.
const (
	textIsCut   = 1
	textIsSized = 2 // it does not end with a NUL
)

const (
	frameKeys    = -512                   // the end of the stack, from where on a key can be
	keyRoom      = frameWord2 - frameKeys // for a key
	besidesText  = 4                      // bytes that a slot needs besides the text
	leastKeyText = 8                      // the shortest texts that tell anything apart
	textSlot     = MaxKeyText + 1 + 8     // the largest slot, a multiple of 8
)

// newKeyLayout shares the room among the texts.
func newKeyLayout(by []By) (keyLayout, error) {
	const integerSize = 16
	l := keyLayout{by: by, size: 8}
	texts := 0
	for _, b := range by {
		if b.Text {
			texts++
		}
	}
	if texts > 0 {
		fixed := l.size + integerSize*(len(by)-texts)
		l.slot = min((keyRoom-fixed)/texts&^7, textSlot)
		l.limit = min(l.slot-besidesText, MaxKeyText)
	}
	for _, b := range by {
		l.at = append(l.at, l.size)
		if b.Text {
			l.size += l.slot
		} else {
			l.size += integerSize
		}
	}
	if l.size > keyRoom || texts > 0 && l.limit < leastKeyText {
		return l, fmt.Errorf("%d values to group by are too many: a key has %d bytes", len(by), keyRoom)
	}
	return l, nil
}

// frame is where the key is in the frame.
func (l keyLayout) frame() int { return frameWord2 - l.size }

// writeKey writes the key of the hit. The program jumps to unreadable when an argument could not be
// read. It changes R0 to R5, regOut, frameWord and frameWord2.
func (p *program) writeKey(l keyLayout, unreadable string) error {
	p.clear(l.frame(), l.size/8)
	for i, b := range l.by {
		if err := p.writeValue(l, b, l.frame()+l.at[i], unreadable); err != nil {
			return fmt.Errorf("group by %v: %w", b.Argument, err)
		}
	}
	p.probeIndex()
	p.emit(asm.StoreMem(asm.RFP, displacement(l.frame()), asm.R0, asm.DWord))
	return nil
}

// writeValue writes one value to an offset of the frame.
func (p *program) writeValue(l keyLayout, b By, at int, unreadable string) error {
	switch b.Argument {
	case Process, Thread:
		p.pidTgid()
		if b.Argument == Process {
			p.emit(asm.RSh.Imm(asm.R0, 32))
		}
		p.zeroExtend(asm.R0)
		p.emit(asm.StoreMem(asm.RFP, displacement(at), asm.R0, asm.DWord))
		return nil
	case Stack:
		p.writeStack(l.stacks, at)
		return nil
	case Command:
		p.emit(loadAddress(asm.R1, at)...)
		p.emit(asm.Mov.Imm(asm.R2, commSize), asm.FnGetCurrentComm.Call())
		return nil
	}
	place, err := p.read(b.Argument, unreadable)
	if err != nil {
		return err
	}
	if !b.Text {
		return p.group(place, false, at, unreadable)
	}
	if p.site.isSized(place) {
		return p.writeSized(l, place, at, unreadable)
	}
	isWhole := p.newLabel()
	p.touch(place)
	p.emit(loadAddress(asm.R1, at)...)
	p.pointer(asm.R3, place)
	p.readUserText(l.limit + 2) // one byte more, and the NUL
	p.emit(
		asm.JSLT.Imm(asm.R0, 0, unreadable),
		asm.JLT.Imm(asm.R0, imm(l.limit+2), isWhole),
		asm.StoreImm(asm.RFP, displacement(at+l.limit), 0, asm.Byte),
		asm.StoreImm(asm.RFP, displacement(at+l.slot-1), textIsCut, asm.Byte),
	)
	p.place(isWhole)
	return nil
}

// writeSized writes a text, or bytes, of the length that the next argument has.
func (p *program) writeSized(l keyLayout, place, at int, unreadable string) error {
	isWhole := p.newLabel()
	if _, err := p.read(Numbered(place+1), unreadable); err != nil {
		return err
	}
	p.touch(place)
	p.emit(loadAddress(asm.R1, at)...)
	p.sizedText(place, l.limit)
	p.emit(
		asm.JSLT.Imm(asm.R0, 0, unreadable),
		asm.StoreImm(asm.RFP, displacement(at+l.slot-1), textIsSized, asm.Byte),
		asm.LoadMem(asm.R1, asm.RFP, frameArg(place+1), asm.DWord),
		asm.JLE.Imm(asm.R1, imm(l.limit), isWhole),
		asm.StoreImm(asm.RFP, displacement(at+l.slot-1), textIsSized|textIsCut, asm.Byte),
		asm.Mov.Imm(asm.R1, imm(l.limit)),
	)
	p.place(isWhole)
	p.emit(asm.StoreMem(asm.RFP, displacement(at+l.slot-2), asm.R1, asm.Byte))
	return nil
}

// decode returns the index of the probe and the values of a key.
func (l keyLayout) decode(key []byte) (probe int, values []KeyValue) {
	probe = int(binary.NativeEndian.Uint64(key)) // #nosec G115 -- the program wrote an index
	for i, b := range l.by {
		v, part := KeyValue{}, key[l.at[i]:]
		switch {
		case b.Argument == Stack:
			// A stack that cannot be read is one that is not known.
			v.Stack, _ = l.stacks.of(stackID(part[:16]))
		case b.Argument == Command:
			name, _, _ := bytes.Cut(part[:commSize], []byte{0})
			v.Text = string(name)
		case !b.Text:
			v.Int = integer.Int{
				Bits: binary.NativeEndian.Uint64(part), Negative: part[8] != 0,
			}
		default:
			flags, text := part[l.slot-1], part[:l.limit]
			v.IsCut = flags&textIsCut != 0
			if flags&textIsSized != 0 {
				text = text[:min(int(part[l.slot-2]), l.limit)]
			} else {
				text, _, _ = bytes.Cut(text, []byte{0})
			}
			v.Text = string(text)
		}
		values = append(values, v)
	}
	return probe, values
}
