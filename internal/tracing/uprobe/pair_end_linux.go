package uprobe

import (
	"github.com/cilium/ebpf/asm"
)

// end writes the program of the second probe, which counts how much later it was hit.
func (l *Latency) end(p *program) error {
	alone, hidden, end, unreadable := p.newLabel(), p.newLabel(), p.newLabel(), p.newLabel()
	p.emit(asm.FnKtimeGetNs.Call(), asm.Mov.Reg(regTemp, asm.R0))
	if err := l.needKey(p); err != nil {
		return err
	}
	if l.groups.ends != nil {
		if err := p.needValues(l.groups.ends.by()); err != nil {
			return err
		}
	}
	if err := l.key(p, unreadable); err != nil {
		return err
	}
	p.lookup(l.open.Map, frameKey)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, alone),
		asm.LoadMem(asm.R1, asm.R0, displacement(l.open.time), asm.DWord),
		asm.JEq.Imm(asm.R1, 0, hidden),
		asm.JLT.Reg(regTemp, asm.R1, alone), // another processor has just replaced the start
		asm.Sub.Reg(regTemp, asm.R1),
	)
	if l.slow != nil {
		if err := l.send(p); err != nil {
			return err
		}
	}
	if err := l.count(p, alone, unreadable); err != nil {
		return err
	}
	p.jump(end)
	p.place(hidden)
	l.open.take(p, alone)
	p.increment(l.outcomes, endsHidden)
	p.jump(end)
	l.finish(p, alone, endsAlone, unreadable, end)
	return nil
}

// count takes the start away, which R0 points to, and counts the time in regTemp.
func (l *Latency) count(p *program, alone, unreadable string) error {
	if l.groups.starts != nil {
		p.emit(
			asm.LoadMem(asm.R1, asm.R0, displacement(l.open.group), asm.DWord),
			asm.StoreMem(asm.RFP, frameStart, asm.R1, asm.DWord),
		)
	}
	l.open.take(p, alone)
	p.increment(l.outcomes, ends)
	if err := l.groups.reach(p, unreadable); err != nil {
		return err
	}
	p.countValue(l.counts, l.spec.Scale, false)
	return nil
}
