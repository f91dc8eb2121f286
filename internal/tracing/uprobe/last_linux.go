package uprobe

import (
	"encoding/binary"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// What a processor knows of the last value of an argument, as offsets of words of 8 bytes.
const (
	lastWhen  = 0 // 0: there was none
	lastValue = 8
	lastSize  = 16
)

// keepLast stores the value of an argument, if it could be read, at an offset of the map's value at
// regOut, with the time. It changes R0 to R5.
func (p *program) keepLast(place, offset int) {
	done := p.newLabel()
	p.unlessRead(place, done)
	p.emit(
		asm.FnKtimeGetNs.Call(),
		asm.StoreMem(regOut, displacement(offset+lastWhen), asm.R0, asm.DWord),
		asm.LoadMem(asm.R1, asm.RFP, frameArg(place), asm.DWord),
		asm.StoreMem(regOut, displacement(offset+lastValue), asm.R1, asm.DWord),
	)
	p.place(done)
}

// addLast takes what keepLast has stored on a processor, if it is later than that of others.
func (g *GroupCount) addLast(b []byte, signed bool) {
	if when := binary.NativeEndian.Uint64(b[lastWhen:]); when > g.When {
		g.When = when
		g.Last = integer.Of(binary.NativeEndian.Uint64(b[lastValue:]), signed)
	}
}
