package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// The outcomes of hits that a Latency counts, as indexes of an array.
const (
	starts         = iota // that wait for their ends, or have waited
	endsAlone             // without a start
	startsAgain           // in place of another start with the same key
	startsLost            // for which there was no room
	unreadableKeys        // hits whose key could not be read
	outcomes              // how many outcomes there are
)

// A Latency measures the time between the hits of two probes. Two hits are a pair when they are in
// the same process and have the same key. Its methods are not safe for concurrent use,
// except for Detach.
type Latency struct {
	*session
	open     *ebpf.Map // the time of the start, by process and key
	outcomes *ebpf.Map
	counts   *valueCounts
	argument Argument // the key
}

// Pair attaches to two probes, of which an argument is the key. The filter applies to the starts:
// an end whose start does not satisfy the filter counts as an end without a start. The caller
// closes the Latency.
func Pair(start, end Probe, key Argument, o Options) (*Latency, error) {
	l := &Latency{session: newSession(o), argument: key}
	if err := l.attachAll(start, end); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Latency) attachAll(start, end Probe) error {
	var err error
	if l.counts, err = l.newValueCounts(logBuckets); err != nil {
		return err
	}
	l.open, err = l.newMap(&ebpf.MapSpec{
		Name: "usdt_open", Type: ebpf.Hash, KeySize: 16, ValueSize: 8, MaxEntries: maxOpen,
	})
	if err != nil {
		return err
	}
	if l.outcomes, err = l.newNumbers("usdt_outcomes", outcomes); err != nil {
		return err
	}
	// The end is attached first. Otherwise a start could be seen whose end is hit before the end is
	// attached.
	if err := l.attach(l.end, end); err != nil {
		return err
	}
	return l.attach(l.start, start)
}

// key writes the process and the key to frameKey.
func (l *Latency) key(p *program, unreadable string) error {
	if l.argument == Thread {
		p.pidTgid()
		p.emit(
			asm.Mov.Reg(asm.R1, asm.R0),
			asm.RSh.Imm(asm.R0, 32),
			asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
		)
		p.zeroExtend(asm.R1)
		p.emit(asm.StoreMem(asm.RFP, frameKey+8, asm.R1, asm.DWord))
		return nil
	}
	key, err := p.read(l.argument, unreadable)
	if err != nil {
		return fmt.Errorf("pair by %v: %w", l.argument, err)
	}
	p.pidTgid()
	p.emit(
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
		asm.LoadMem(asm.R1, asm.RFP, frameArg(key), asm.DWord),
		asm.StoreMem(asm.RFP, frameKey+8, asm.R1, asm.DWord),
	)
	return nil
}

// start writes the program of the first probe, which stores the time.
func (l *Latency) start(p *program) error {
	const exists = -17 // -EEXIST
	again, lost, unreadable, end := p.newLabel(), p.newLabel(), p.newLabel(), p.newLabel()
	if err := p.unless(l.options.Filter, end); err != nil {
		return err
	}
	if err := l.key(p, unreadable); err != nil {
		return err
	}
	p.emit(
		asm.FnKtimeGetNs.Call(),
		asm.StoreMem(asm.RFP, frameWord2, asm.R0, asm.DWord),
	)
	p.update(l.open, frameKey, frameWord2, newKey)
	// A kernel that inlines calls of maps, such as Linux 5.10, returns a 32-bit int in R0.
	p.emit(
		asm.LSh.Imm(asm.R0, 32),
		asm.ArSh.Imm(asm.R0, 32),
		asm.JEq.Imm(asm.R0, exists, again),
		asm.JNE.Imm(asm.R0, 0, lost),
	)
	p.increment(l.outcomes, starts)
	p.jump(end)
	p.place(again)
	p.update(l.open, frameKey, frameWord2, anyKey)
	p.increment(l.outcomes, startsAgain)
	p.jump(end)
	l.finish(p, lost, startsLost, unreadable, end)
	return nil
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
	alone, end, unreadable := p.newLabel(), p.newLabel(), p.newLabel()
	p.emit(asm.FnKtimeGetNs.Call(), asm.Mov.Reg(regTemp, asm.R0))
	if err := l.key(p, unreadable); err != nil {
		return err
	}
	p.lookup(l.open, frameKey)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, alone),
		asm.LoadMem(asm.R1, asm.R0, 0, asm.DWord),
		asm.JLT.Reg(regTemp, asm.R1, alone), // another processor has just replaced the start
		asm.Sub.Reg(regTemp, asm.R1),
	)
	p.emit(loadAddress(asm.R2, frameKey)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, l.open.FD()),
		asm.FnMapDeleteElem.Call(),
		asm.JNE.Imm(asm.R0, 0, alone), // another end has taken the start
	)
	p.clearKey()
	p.countValue(l.counts, histogram.Log2(), false)
	p.jump(end)
	l.finish(p, alone, endsAlone, unreadable, end)
	return nil
}

// Read returns what was measured so far.
func (l *Latency) Read() (LatencyReading, error) {
	r := LatencyReading{Histogram: &histogram.Histogram{Scale: histogram.Log2()}}
	err := l.counts.read(func(k bucketKey, values []bucketValue) {
		addTo(r.Histogram, k, values)
	})
	if err != nil {
		return r, err
	}
	var started, full, lost uint64
	for _, n := range []struct {
		array *ebpf.Map
		index uint32
		dst   *uint64
	}{
		{l.outcomes, starts, &started},
		{l.outcomes, endsAlone, &r.EndsAlone},
		{l.outcomes, startsAgain, &r.StartsAgain},
		{l.outcomes, unreadableKeys, &r.Unreadable},
		{l.outcomes, startsLost, &lost},
		{l.counts.full, 0, &full},
	} {
		if *n.dst, err = sum(n.array, n.index); err != nil {
			return r, err
		}
	}
	r.Lost = lost + full + l.missed()
	pairs := r.Histogram.Total() + full
	r.Open = started - min(started, pairs)
	return r, nil
}
