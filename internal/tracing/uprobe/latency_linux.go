package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// maxOpen is how many starts can wait for their ends.
const maxOpen = 1 << 16

// What a Latency counts beside the pairs, as indexes of its map.
const (
	starts = iota // that wait for their ends, or did
	endsAlone
	startsAgain
	startsLost
	unreadableKeys
	outcomes
)

// A Latency measures the time between the hits of two probes that belong together because their first
// argument is equal, in one process. Its methods are not safe for concurrent use, but for Detach.
type Latency struct {
	*session
	open     *ebpf.Map // process and first argument to the time of the start
	outcomes *ebpf.Map
	buckets  *buckets
}

// Pair attaches to two probes. The filter is for the starts; the end of one that does not satisfy it is one
// without a start. The caller closes the Latency.
func Pair(start, end Probe, o Options) (*Latency, error) {
	l := &Latency{session: newSession(o)}
	if err := l.attachAll(start, end); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Latency) attachAll(start, end Probe) error {
	var err error
	if l.buckets, err = l.newBuckets(logBuckets); err != nil {
		return err
	}
	l.open, err = l.newMap(&ebpf.MapSpec{
		Name: "usdt_open", Type: ebpf.Hash, KeySize: 16, ValueSize: 8, MaxEntries: maxOpen,
	})
	if err != nil {
		return err
	}
	l.outcomes, err = l.newMap(&ebpf.MapSpec{
		Name: "usdt_outcomes", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: outcomes,
	})
	if err != nil {
		return err
	}
	// The end first: otherwise a start could be seen whose end passes before it is attached.
	if sites, err := l.attach(end, l.end); err != nil || sites == 0 {
		return errors.Join(err, l.skipped)
	}
	if sites, err := l.attach(start, l.start); err != nil || sites == 0 {
		return errors.Join(err, l.skipped)
	}
	return nil
}

// key puts the process and the first argument into the frame.
func (l *Latency) key(p *program, unreadable string) error {
	if err := p.need(0); err != nil {
		return fmt.Errorf("pair by the first argument: %w", err)
	}
	p.unlessRead(0, unreadable)
	p.pidTgid()
	p.emit(
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.DWord),
		asm.LoadMem(asm.R1, asm.RFP, frameArg(0), asm.DWord),
		asm.StoreMem(asm.RFP, frameKey+8, asm.R1, asm.DWord),
	)
	return nil
}

// start makes the program of the first probe: it notes the time.
func (l *Latency) start(p *program) error {
	const addOnly, replace = 1, 0 // BPF_NOEXIST, BPF_ANY
	const exists = -17            // -EEXIST
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
	p.update(l.open, frameKey, frameWord2, addOnly)
	// Where calls of maps are inlined, as by Linux 5.10, R0 is a 32-bit int.
	p.emit(
		asm.LSh.Imm(asm.R0, 32),
		asm.ArSh.Imm(asm.R0, 32),
		asm.JEq.Imm(asm.R0, exists, again),
		asm.JNE.Imm(asm.R0, 0, lost),
	)
	p.increment(l.outcomes, starts)
	p.jump(end)
	p.place(again)
	p.update(l.open, frameKey, frameWord2, replace)
	p.increment(l.outcomes, startsAgain)
	p.jump(end)
	l.finish(p, lost, startsLost, unreadable, end)
	return nil
}

// finish ends a program: hits that come to the label other are that outcome.
func (l *Latency) finish(p *program, other string, outcome int, unreadable, end string) {
	p.place(other)
	p.increment(l.outcomes, outcome)
	p.jump(end)
	p.place(unreadable)
	p.increment(l.outcomes, unreadableKeys)
	p.place(end)
	p.exit()
}

// end makes the program of the second probe: it counts how much later that is.
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
		asm.JLT.Reg(regTemp, asm.R1, alone), // a start of the same key just now, elsewhere
		asm.Sub.Reg(regTemp, asm.R1),
	)
	p.emit(loadAddress(asm.R2, frameKey)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, l.open.FD()),
		asm.FnMapDeleteElem.Call(),
		asm.JNE.Imm(asm.R0, 0, alone), // somebody else has paired it
	)
	p.clearKey()
	p.record(l.buckets, histogram.Log2(), false)
	p.jump(end)
	l.finish(p, alone, endsAlone, unreadable, end)
	return nil
}

// A LatencyReading is what was measured so far. Every hit is in it once, as half of a pair or in one of the
// numbers.
type LatencyReading struct {
	Histogram *histogram.Histogram // of the pairs, in nanoseconds

	Open        uint64 // starts whose end has not come yet
	EndsAlone   uint64 // ends without a start
	StartsAgain uint64 // starts that were forgotten because another one with the same first argument came
	Unreadable  uint64 // hits whose first argument could not be read
	Lost        uint64 // starts beyond 65,536 open ones, and hits while another BPF program was running
}

// Read returns what was measured so far.
func (l *Latency) Read() (LatencyReading, error) {
	r := LatencyReading{Histogram: &histogram.Histogram{Scale: histogram.Log2()}}
	err := l.buckets.read(func(k bucketKey, values []bucketValue) {
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
		{l.buckets.full, 0, &full},
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
