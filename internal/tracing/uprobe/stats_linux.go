package uprobe

import (
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// What a processor knows of the values of an argument, as offsets of words of 8 bytes. A sum is
// kept in three parts, because it can be larger than a word: the sum of the lowest 22 bits of the
// values, that of the next 21, and that of the 21 above these, which have the sign.
const (
	statsCount = 0
	statsLow   = 8
	statsMid   = 16
	statsHigh  = 24
	statsMax   = 32 // of the values in order: see toOrder
	statsMin   = 40 // its bits are inverted, so that 0 is no value
	statsSize  = 48
)

const (
	lowBits   = 22
	midBits   = 21
	mostAdded = 1 << (64 - lowBits) // values that a processor can add up
)

// addStats adds the value of an argument, if it could be read, to what is at an offset of the map's
// value at regOut. It changes R0 to R2 and regTemp.
func (p *program) addStats(place, offset int) {
	done, isAdded := p.newLabel(), p.newLabel()
	p.unlessRead(place, done)
	signed := p.args[place].Signed
	toRight := asm.RSh
	if signed {
		toRight = asm.ArSh
	}
	add := func(at int) {
		p.emit(asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, displacement(offset+at)))
	}
	p.emit(
		asm.LoadMem(regTemp, asm.RFP, frameArg(place), asm.DWord),
		asm.Mov.Imm(asm.R1, 1),
	)
	add(statsCount)
	p.emit(asm.Mov.Reg(asm.R1, regTemp), asm.And.Imm(asm.R1, 1<<lowBits-1))
	add(statsLow)
	p.emit(
		asm.Mov.Reg(asm.R1, regTemp),
		toRight.Imm(asm.R1, lowBits),
		asm.JEq.Imm(asm.R1, 0, isAdded), // as most values are
		asm.And.Imm(asm.R1, 1<<midBits-1),
	)
	add(statsMid)
	p.emit(asm.Mov.Reg(asm.R1, regTemp), toRight.Imm(asm.R1, lowBits+midBits))
	add(statsHigh)
	p.place(isAdded)
	p.toOrder(signed)
	p.raiseSurely(displacement(offset + statsMax))
	p.emit(asm.Xor.Imm(regTemp, -1))
	p.raiseSurely(displacement(offset + statsMin))
	p.place(done)
}

// toOrder makes the least value 0 and the greatest the one with all bits. It changes R1.
func (p *program) toOrder(signed bool) {
	if signed {
		p.emit(asm.LoadImm(asm.R1, -1<<63, asm.DWord), asm.Xor.Reg(regTemp, asm.R1))
	}
}

// raiseSurely is raise where no other thread can undo it: by an instruction that changes the number
// only if it is what it was. Kernels without that instruction let no other thread run meanwhile. A
// try fails when another thread comes between two instructions: it is tried until that cannot be.
// It changes R0 to R2.
func (p *program) raiseSurely(offset int16) {
	if !p.features.Exchange {
		p.raise(offset)
		return
	}
	const tries = 4
	done := p.newLabel()
	p.emit(asm.LoadMem(asm.R0, regOut, offset, asm.DWord))
	for range tries {
		p.emit(
			asm.JGE.Reg(asm.R0, regTemp, done),
			asm.Mov.Reg(asm.R2, asm.R0),
			kernel.CompareExchange(regOut, offset, regTemp),
			asm.JEq.Reg(asm.R0, asm.R2, done),
		)
	}
	p.place(done)
}

// decodeStats undoes addStats.
func decodeStats(b []byte, signed bool) integer.Stats {
	word := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }
	s := integer.Stats{Count: word(statsCount)}
	if s.Count == 0 {
		return s
	}
	s.TooMany = s.Count > mostAdded
	s.Sum = integer.SumOf(integer.Of(word(statsLow), false)).
		Plus(integer.Times(integer.Of(word(statsMid), false), lowBits)).
		Plus(integer.Times(integer.Of(word(statsHigh), signed), lowBits+midBits))
	order := uint64(0)
	if signed {
		order = 1 << 63
	}
	s.Max = integer.Of(word(statsMax)^order, signed)
	s.Min = integer.Of(^word(statsMin)^order, signed)
	return s
}

// needStats fetches the arguments, and returns their places.
func (p *program) needStats(args []Argument) (places []int, err error) {
	for _, a := range args {
		place, err := p.site.Place(a)
		if err == nil {
			err = p.needIntegers(place)
		}
		if err != nil {
			return nil, fmt.Errorf("add up %v: %w", a, err)
		}
		places = append(places, place)
	}
	return places, nil
}

// signsOf returns a bit for each of the arguments that is signed: the sites of one probe may
// differ.
func signsOf(s Site, args []Argument) (signs uint32) {
	has := s.Args()
	for i, a := range args {
		if place, err := s.Place(a); err == nil && place < len(has) && has[place].Signed {
			signs |= 1 << i
		}
	}
	return signs
}
