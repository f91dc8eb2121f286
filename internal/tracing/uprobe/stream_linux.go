package uprobe

import (
	"fmt"
	"io"
	"os"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/perf"
	"github.com/cilium/ebpf/ringbuf"
)

// A stream is one of the kernel's ways to pass records to this process.
type stream interface {
	// send makes p reserve a record, write it and pass it on.
	send(p *program, l layout)
	// next returns the next record, valid until the next call, or os.ErrDeadlineExceeded when the
	// buffer has been empty for a while.
	next() ([]byte, error)
	// lost returns how many records did not fit so far. After a detach it is exact once next has
	// returned os.ErrDeadlineExceeded.
	lost() (uint64, error)
	io.Closer
}

const (
	ringBytes   = 8 << 20
	perCPUBytes = 1 << 20
)

func newStream(s *session, layouts []layout, bytes int) (stream, error) {
	if s.features.RingBuffer {
		return newRing(s, bytes)
	}
	return newPerCPU(s, layouts, bytes)
}

// newCounter makes a 64-bit number that programs increment.
func (s *session) newCounter() (*ebpf.Map, error) {
	return s.newMap(&ebpf.MapSpec{Name: "usdt_counter", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: 1})
}

// sum returns the number at index of an array in which each processor has its own.
func sum(array *ebpf.Map, index uint32) (uint64, error) {
	var perCPU []uint64
	if err := array.Lookup(index, &perCPU); err != nil {
		return 0, fmt.Errorf("read BPF map: %w", err)
	}
	var total uint64
	for _, n := range perCPU {
		total += n
	}
	return total, nil
}

// A ring is the BPF ring buffer (Linux 5.8).
type ring struct {
	events, full *ebpf.Map
	reader       *ringbuf.Reader
	record       ringbuf.Record
	poll         poll
}

func newRing(s *session, bytes int) (*ring, error) {
	if bytes == 0 {
		bytes = ringBytes
	}
	bytes = roundBuffer(bytes)
	r := new(ring)
	var err error
	if r.events, err = s.newMap(&ebpf.MapSpec{Name: "usdt_events", Type: ebpf.RingBuf, MaxEntries: uint32(bytes)}); err != nil {
		return nil, err
	}
	if r.full, err = s.newCounter(); err != nil {
		return nil, err
	}
	if r.reader, err = ringbuf.NewReader(r.events); err != nil {
		return nil, fmt.Errorf("open ring buffer: %w", err)
	}
	return r, nil
}

func (r *ring) send(p *program, l layout) {
	const noWakeup = 1 // BPF_RB_NO_WAKEUP
	full, done := p.newLabel(), p.newLabel()
	p.emit(
		asm.LoadMapPtr(asm.R1, r.events.FD()),
		asm.Mov.Imm(asm.R2, int32(l.size())),
		asm.Mov.Imm(asm.R3, 0),
		asm.FnRingbufReserve.Call(),
		asm.JEq.Imm(asm.R0, 0, full),
		asm.Mov.Reg(regTarget, asm.R0),
	)
	p.writeRecord(l)
	p.emit(
		asm.Mov.Reg(asm.R1, regTarget),
		asm.Mov.Imm(asm.R2, noWakeup),
		asm.FnRingbufSubmit.Call(),
		asm.Ja.Label(done),
	)
	p.place(full)
	p.increment(r.full, 0)
	p.place(done)
}

func (r *ring) next() ([]byte, error) {
	r.poll.arm(r.reader.SetDeadline)
	err := r.reader.ReadInto(&r.record)
	r.poll.done(err)
	return r.record.RawSample, err
}

func (r *ring) lost() (uint64, error) { return sum(r.full, 0) }

func (r *ring) Close() error { return r.reader.Close() }

// A perCPU is the perf event buffer of each processor, which older kernels have.
type perCPU struct {
	events, sent, scratch *ebpf.Map
	reader                *perf.Reader
	record                perf.Record
	poll                  poll
	received              uint64
}

func newPerCPU(s *session, layouts []layout, bytes int) (*perCPU, error) {
	if bytes == 0 {
		bytes = perCPUBytes
	}
	size := 0
	for _, l := range layouts {
		size = max(size, l.size())
	}
	p := new(perCPU)
	var err error
	if p.events, err = s.newMap(&ebpf.MapSpec{Name: "usdt_events", Type: ebpf.PerfEventArray}); err != nil {
		return nil, err
	}
	if p.sent, err = s.newCounter(); err != nil {
		return nil, err
	}
	// A record is too large for the stack.
	p.scratch, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_record", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: uint32(size), MaxEntries: 1,
	})
	if err != nil {
		return nil, err
	}
	// The watermark is not reached: next polls.
	bytes = roundBuffer(bytes)
	p.reader, err = perf.NewReaderWithOptions(p.events, bytes, perf.ReaderOptions{Watermark: bytes - 1})
	if err != nil {
		return nil, fmt.Errorf("open perf event buffers: %w", explain(err))
	}
	return p, nil
}

func (b *perCPU) send(p *program, l layout) {
	const currentCPU = 0xffffffff // BPF_F_CURRENT_CPU
	done := p.newLabel()
	p.increment(b.sent, 0)
	p.emit(asm.StoreImm(asm.RFP, frameWord, 0, asm.Word))
	p.lookup(b.scratch, frameWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, done),
		asm.Mov.Reg(regTarget, asm.R0),
	)
	p.writeRecord(l)
	p.emit(
		asm.Mov.Reg(asm.R1, regContext),
		asm.LoadMapPtr(asm.R2, b.events.FD()),
		asm.LoadImm(asm.R3, currentCPU, asm.DWord),
		asm.Mov.Reg(asm.R4, regTarget),
		asm.Mov.Imm(asm.R5, int32(l.size())),
		asm.FnPerfEventOutput.Call(),
	)
	p.place(done)
}

func (b *perCPU) next() ([]byte, error) {
	for {
		b.poll.arm(b.reader.SetDeadline)
		err := b.reader.ReadInto(&b.record)
		b.poll.done(err)
		if err != nil {
			return nil, err
		}
		// The kernel's own count comes only with a later record, if there is one: see lost.
		if b.record.LostSamples == 0 {
			b.received++
			return b.record.RawSample, nil
		}
	}
}

// lost compares what was sent with what came. What is still in the buffers counts as lost until it is read.
func (b *perCPU) lost() (uint64, error) {
	sent, err := sum(b.sent, 0)
	return sent - min(sent, b.received), err
}

func (b *perCPU) Close() error { return b.reader.Close() }

// roundBuffer returns the size of a buffer that the kernel accepts.
func roundBuffer(bytes int) int {
	size := os.Getpagesize()
	for size < bytes {
		size *= 2
	}
	return size
}
