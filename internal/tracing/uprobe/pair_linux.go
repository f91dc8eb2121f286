package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// needKey fetches the argument that is the key.
func (l *Latency) needKey(p *program) error {
	switch {
	case l.spec.Key == Thread:
		return nil
	case l.spec.Key == Goroutine && p.site.GoroutineID == 0:
		return argumentError(fmt.Sprintf("pair by goroutine: nobody knows the goroutines of %s in %s",
			p.site.probe, p.site.Path))
	case l.spec.Key == Goroutine:
		return nil
	}
	place, err := p.site.Place(l.spec.Key)
	if err == nil {
		err = p.needIntegers(place)
	}
	if err != nil {
		return fmt.Errorf("pair by %v: %w", l.spec.Key, err)
	}
	return nil
}

// key writes the key of an open start to frameKey. It changes R0 to R5 and frameWord.
func (l *Latency) key(p *program, unreadable string) error {
	p.pidTgid()
	p.emit(
		asm.Mov.Reg(asm.R1, asm.R0),
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
	)
	switch l.spec.Key {
	case Thread:
		p.zeroExtend(asm.R1)
	case Goroutine:
		p.goroutineID(unreadable)
	default:
		place, err := p.read(l.spec.Key, unreadable)
		if err != nil {
			return err // needKey has had it
		}
		p.emit(asm.LoadMem(asm.R1, asm.RFP, frameArg(place), asm.DWord))
	}
	p.emit(asm.StoreMem(asm.RFP, frameKey+8, asm.R1, asm.DWord))
	return nil
}

// goroutineID sets R1 to the id of the goroutine, or jumps to unreadable. It changes R0 to R5 and
// frameWord.
func (p *program) goroutineID(unreadable string) {
	p.clear(frameWord, 1)
	p.emit(loadAddress(asm.R1, frameWord)...)
	p.register(asm.R3, operand.Register{Name: goroutine})
	p.emit(loadConstant(asm.R2, p.site.GoroutineID), asm.Add.Reg(asm.R3, asm.R2))
	p.readUser(8)
	p.emit(
		asm.JNE.Imm(asm.R0, 0, unreadable),
		asm.LoadMem(asm.R1, asm.RFP, frameWord, asm.DWord),
	)
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
	if l.groups.starts != nil {
		if err := l.groups.starts.reach(p, nil, frameStart, unreadable); err != nil {
			return err
		}
	}
	if err := l.store(p, lost); err != nil {
		return err
	}
	p.increment(l.outcomes, starts)
	p.jump(end)
	if p.leadsTo(hidden) {
		p.place(hidden)
		if err := l.key(p, end); err != nil {
			return err
		}
		l.storeHidden(p, end)
		p.jump(end)
	}
	l.finish(p, lost, startsLost, unreadable, end)
	return nil
}

// store stores a start and the id of its group, which is at frameStart. The program jumps to lost
// when there is no room.
func (l *Latency) store(p *program, lost string) error {
	isFirst := p.newLabel()
	if l.slow != nil {
		if err := p.needRecord(l.slow.starts[p.site.index]); err != nil {
			return err
		}
	}
	l.open.reach(p, lost)
	if l.groups.starts != nil {
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameStart, asm.DWord),
			asm.StoreMem(regOut, displacement(l.open.group), asm.R1, asm.DWord),
		)
	}
	p.emit(
		asm.LoadMem(asm.R1, regOut, displacement(l.open.time), asm.DWord),
		asm.StoreMem(asm.RFP, frameWord2, asm.R1, asm.DWord),
	)
	if l.slow != nil {
		p.writeRecord(l.slow.starts[p.site.index])
	} else {
		p.emit(
			asm.FnKtimeGetNs.Call(),
			asm.StoreMem(regOut, displacement(l.open.time), asm.R0, asm.DWord),
		)
	}
	p.emit(
		asm.LoadMem(asm.R1, asm.RFP, frameWord2, asm.DWord),
		asm.JEq.Imm(asm.R1, 0, isFirst), // or it replaces a hidden one
	)
	p.increment(l.outcomes, startsAgain)
	p.place(isFirst)
	return nil
}

// storeHidden stores a start that the filter hides.
func (l *Latency) storeHidden(p *program, end string) {
	l.open.reach(p, end)
	p.emit(
		asm.LoadMem(asm.R1, regOut, displacement(l.open.time), asm.DWord),
		asm.Mov.Imm(asm.R2, 0),
		asm.StoreMem(regOut, displacement(l.open.time), asm.R2, asm.DWord),
		asm.JEq.Imm(asm.R1, 0, end),
	)
	p.increment(l.outcomes, startsAgain)
}

// finish ends a program. A hit that jumps to the label other is counted as that outcome.
func (l *Latency) finish(p *program, other string, outcome int, unreadable, end string) {
	p.place(other)
	p.increment(l.outcomes, outcome)
	if p.leadsTo(unreadable) {
		p.jump(end)
		p.place(unreadable)
		p.increment(l.outcomes, unreadableKeys)
	}
	p.place(end)
	p.exit()
}
