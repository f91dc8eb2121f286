package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// needKey fetches the argument that is the key.
func (l *Latency) needKey(p *program) error {
	if l.argument == Thread {
		return nil
	}
	place, err := p.site.Place(l.argument)
	if err == nil {
		err = p.needIntegers(place)
	}
	if err != nil {
		return fmt.Errorf("pair by %v: %w", l.argument, err)
	}
	return nil
}

// key writes the openKey to frameKey. It changes R0 to R5 and frameWord.
func (l *Latency) key(p *program, unreadable string) error {
	p.pidTgid()
	p.emit(
		asm.Mov.Reg(asm.R1, asm.R0),
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
	)
	if l.argument == Thread {
		p.zeroExtend(asm.R1)
	} else {
		place, err := p.read(l.argument, unreadable)
		if err != nil {
			return err // needKey has had it
		}
		p.emit(asm.LoadMem(asm.R1, asm.RFP, frameArg(place), asm.DWord))
	}
	p.emit(asm.StoreMem(asm.RFP, frameKey+8, asm.R1, asm.DWord))
	return nil
}

// start writes the program of the first probe, which stores the time.
func (l *Latency) start(p *program) error {
	hidden, lost, unreadable, end := p.newLabel(), p.newLabel(), p.newLabel(), p.newLabel()
	if err := l.needKey(p); err != nil {
		return err
	}
	if err := p.unless(l.options.Filter, hidden); err != nil {
		return err
	}
	if err := l.key(p, unreadable); err != nil {
		return err
	}
	p.emit(asm.FnKtimeGetNs.Call())
	l.store(p, starts, lost)
	p.jump(end)
	if l.options.Filter != nil {
		p.place(hidden)
		if err := l.key(p, end); err != nil {
			return err
		}
		p.emit(asm.Mov.Imm(asm.R0, 0))
		l.store(p, none, end)
		p.jump(end)
	}
	l.finish(p, lost, startsLost, unreadable, end)
	return nil
}

// none is no outcome.
const none = -1

// store stores a start, whose time is in R0, and counts it as an outcome. The program jumps to lost
// when there is no room.
func (l *Latency) store(p *program, outcome int, lost string) {
	const exists = -17 // -EEXIST
	isNew, replaced := p.newLabel(), p.newLabel()
	p.emit(asm.StoreMem(asm.RFP, frameWord2, asm.R0, asm.DWord))
	p.update(l.open.Map, frameKey, frameWord2, newKey)
	// A kernel that inlines calls of maps, such as Linux 5.10, returns a 32-bit int in R0.
	p.emit(
		asm.LSh.Imm(asm.R0, 32),
		asm.ArSh.Imm(asm.R0, 32),
		asm.JEq.Imm(asm.R0, 0, isNew),
		asm.JNE.Imm(asm.R0, exists, lost),
	)
	p.lookup(l.open.Map, frameKey)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, lost), // it has just gone
		asm.LoadMem(asm.R2, asm.R0, 0, asm.DWord),
		asm.LoadMem(asm.R1, asm.RFP, frameWord2, asm.DWord),
		asm.StoreMem(asm.R0, 0, asm.R1, asm.DWord),
		asm.JEq.Imm(asm.R2, 0, replaced), // a hidden one
	)
	p.increment(l.outcomes, startsAgain)
	p.place(replaced)
	p.place(isNew)
	if outcome != none {
		p.increment(l.outcomes, outcome)
	}
}

// finish ends a program. A hit that jumps to the label other is counted as that outcome.
func (l *Latency) finish(p *program, other string, outcome int, unreadable, end string) {
	p.place(other)
	p.increment(l.outcomes, outcome)
	if l.argument != Thread { // the kernel refuses code that nothing leads to
		p.jump(end)
		p.place(unreadable)
		p.increment(l.outcomes, unreadableKeys)
	}
	p.place(end)
	p.exit()
}

// end writes the program of the second probe, which counts how much later it was hit.
func (l *Latency) end(p *program) error {
	alone, hidden, end, unreadable := p.newLabel(), p.newLabel(), p.newLabel(), p.newLabel()
	p.emit(asm.FnKtimeGetNs.Call(), asm.Mov.Reg(regTemp, asm.R0))
	if err := l.needKey(p); err != nil {
		return err
	}
	if err := l.key(p, unreadable); err != nil {
		return err
	}
	p.lookup(l.open.Map, frameKey)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, alone),
		asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord),
		asm.JEq.Imm(asm.R1, 0, hidden),
		asm.JLT.Reg(regTemp, asm.R1, alone), // another processor has just replaced the start
		asm.Sub.Reg(regTemp, asm.R1),
	)
	l.take(p, alone)
	p.increment(l.outcomes, ends)
	p.clearKey()
	p.countValue(l.counts, histogram.Log2(), false)
	p.jump(end)
	p.place(hidden)
	l.take(p, alone)
	p.increment(l.outcomes, endsHidden)
	p.jump(end)
	l.finish(p, alone, endsAlone, unreadable, end)
	return nil
}

// take takes the start away, or jumps to the label gone when another end has.
func (l *Latency) take(p *program, gone string) {
	p.emit(loadAddress(asm.R2, frameKey)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, l.open.FD()),
		asm.FnMapDeleteElem.Call(),
		asm.JNE.Imm(asm.R0, 0, gone),
	)
}
