package uprobe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// A record is what a program writes for one event: a header, the arguments, the captures and, if it
// is wanted, the stack, each at a fixed offset:
//
//	u32 probe   u32 failed   u64 time   u64 process, thread   char comm[16]
//	u64 argument 0 …
//	s64 length of capture 0, or an error   its bytes …
//	u64 the addresses of the stack, then zeros
const (
	recordProbe  = 0
	recordFailed = 4
	recordTime   = 8
	recordPID    = 16
	recordComm   = 24
	commSize     = 16
	recordArgs   = recordComm + commSize
)

// size returns how many bytes the capture takes in a record after its length. A text is read with
// its NUL and one byte more, which shows whether the text is too long.
func (c Capture) size() int { return (c.Max + 2 + 7) &^ 7 }

// A layout says where the parts of a record of one probe are.
type layout struct {
	probe    int
	args     int
	captures []Capture
	stack    bool
}

func (l layout) captureOffset(i int) int {
	offset := recordArgs + 8*l.args
	for _, c := range l.captures[:i] {
		offset += 8 + c.size()
	}
	return offset
}

// stackOffset returns where the stack is, if there is one.
func (l layout) stackOffset() int { return l.captureOffset(len(l.captures)) }

func (l layout) size() int {
	if l.stack {
		return l.stackOffset() + stackBytes
	}
	return l.stackOffset()
}

// check returns an error about a capture that is impossible.
func (l layout) check(p Probe) error {
	for _, c := range l.captures {
		if c.Max < 1 || l.stackOffset() > recordArgs+8*operand.MaxArgs+MaxCapture {
			return fmt.Errorf("capture arg%d of %s: %d bytes, all of a probe must be from 1 to %d",
				c.Arg, p, c.Max, MaxCapture)
		}
	}
	return nil
}

// largest returns the size of the largest record.
func largest(layouts []layout) int {
	size := 0
	for _, l := range layouts {
		size = max(size, l.size())
	}
	return size
}

// needRecord fetches what writeRecord needs. It changes R0 to R5, frameWord and frameWord2.
func (p *program) needRecord(l layout) error {
	for _, c := range l.captures {
		if err := p.need(c.Arg); err != nil {
			return err
		}
		if c.Length >= 0 {
			if err := p.need(c.Length); err != nil {
				return err
			}
		}
	}
	for i := range l.args {
		if p.need(i) != nil {
			p.setUnreadable(i)
		}
	}
	// The memory is touched before a record is reserved, because no later record can be read while
	// an earlier one is reserved.
	for _, c := range l.captures {
		p.touch(c.Arg)
		if c.Length >= 0 {
			p.touchEnd(c)
		}
	}
	return nil
}

// writeRecord writes the record at regOut. The arguments are in the frame. It changes R0 to R5 and
// frameWord.
func (p *program) writeRecord(l layout) {
	p.probeIndex()
	p.emit(
		asm.StoreMem(regOut, recordProbe, asm.R0, asm.Word),
		asm.StoreMem(regOut, recordFailed, regFailed, asm.Word),
		asm.FnKtimeGetNs.Call(),
		asm.StoreMem(regOut, recordTime, asm.R0, asm.DWord),
	)
	p.pidTgid()
	p.emit(
		asm.StoreMem(regOut, recordPID, asm.R0, asm.DWord),
		asm.Mov.Reg(asm.R1, regOut),
		asm.Add.Imm(asm.R1, recordComm),
		asm.Mov.Imm(asm.R2, commSize),
		asm.FnGetCurrentComm.Call(),
	)
	for i := range l.args {
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameArg(i), asm.DWord),
			asm.StoreMem(regOut, displacement(recordArgs+8*i), asm.R1, asm.DWord),
		)
	}
	for i, c := range l.captures {
		p.capture(c, l.captureOffset(i))
	}
	if l.stack {
		p.emit(asm.Mov.Reg(asm.R1, regOut), asm.Add.Imm(asm.R1, imm(l.stackOffset())))
		p.getStack()
	}
}

// capture writes the capture at offset into the record.
func (p *program) capture(c Capture, offset int) {
	p.emit(
		asm.Mov.Reg(asm.R1, regOut),
		asm.Add.Imm(asm.R1, imm(offset+8)),
	)
	p.pointer(asm.R3, c.Arg)
	if c.Length < 0 {
		p.readUserText(c.Max + 2)
	} else {
		p.captureBytes(c)
	}
	p.emit(asm.StoreMem(regOut, displacement(offset), asm.R0, asm.DWord))
}

// captureBytes copies bytes from the address in R3 to the address in R1. It sets R0 to the length
// that the traced program passes, or to an error.
func (p *program) captureBytes(c Capture) {
	fits, done := p.newLabel(), p.newLabel()
	p.emit(
		asm.LoadMem(asm.R2, asm.RFP, frameArg(c.Length), asm.DWord),
		asm.JLE.Imm(asm.R2, imm(c.Max), fits),
		asm.Mov.Imm(asm.R2, imm(c.Max)),
	)
	p.place(fits)
	p.callReadUser()
	p.emit(
		asm.JNE.Imm(asm.R0, 0, done),
		asm.LoadMem(asm.R0, asm.RFP, frameArg(c.Length), asm.DWord),
	)
	p.place(done)
}

// decode reads a record into ev.
func (l layout) decode(ev *Event, b []byte, clock clock) {
	failed := binary.NativeEndian.Uint32(b[recordFailed:])
	ev.Probe = l.probe
	ev.Time = clock.at(binary.NativeEndian.Uint64(b[recordTime:]))
	pid := binary.NativeEndian.Uint64(b[recordPID:])
	ev.PID, ev.TID = uint32(pid>>32), uint32(pid) // #nosec G115 -- the two halves
	ev.Comm, _, _ = bytes.Cut(b[recordComm:recordArgs], []byte{0})

	ev.Args = ev.Args[:0]
	for i := range l.args {
		v := Value{Int: binary.NativeEndian.Uint64(b[recordArgs+8*i:]), Read: failed>>i&1 == 0}
		ev.Args = append(ev.Args, v)
	}
	for i, c := range l.captures {
		l.decodeCapture(&ev.Args[c.Arg], c, b[l.captureOffset(i):])
	}
	ev.Stack = ev.Stack[:0]
	if l.stack {
		ev.Stack = appendStack(ev.Stack, b[l.stackOffset():l.size()])
	}
}

func (l layout) decodeCapture(v *Value, c Capture, b []byte) {
	length, data := binary.NativeEndian.Uint64(b), b[8:8+c.size()]
	v.Captured = v.Read && length <= math.MaxInt64 // otherwise it is an error, a negative number
	if !v.Captured {
		return
	}
	v.Length = length
	if c.Length < 0 && length > 0 {
		v.Length-- // the NUL
	}
	limit := uint64(c.Max) // #nosec G115 -- layout.check: from 1 to MaxCapture
	v.Data, v.Cut = data[:min(v.Length, limit)], v.Length > limit
}
