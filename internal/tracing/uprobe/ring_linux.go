package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/ringbuf"
)

// A ring is the BPF ring buffer (Linux 5.8).
type ring struct {
	events *ebpf.Map
	full   *ebpf.Map // how many records found no place
	reader *ringbuf.Reader
	record ringbuf.Record
	poll   poll
}

const ringBytes = 8 << 20

func newRing(s *session, bytes int) (stream, error) {
	if bytes == 0 {
		bytes = ringBytes
	}
	r := new(ring)
	var err error
	r.events, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_events", Type: ebpf.RingBuf,
		MaxEntries: uint32(roundBuffer(bytes)), // #nosec G115 -- at most MaxBuffer
	})
	if err != nil {
		return nil, err
	}
	if r.full, err = s.newNumbers("usdt_full", 1); err != nil {
		return nil, err
	}
	if r.reader, err = ringbuf.NewReader(r.events); err != nil {
		return nil, fmt.Errorf("open ring buffer: %w", err)
	}
	return r, nil
}

func (r *ring) send(p *program, size int, write func()) {
	const noWakeup = 1 // BPF_RB_NO_WAKEUP
	full, done := p.newLabel(), p.newLabel()
	p.emit(
		asm.LoadMapPtr(asm.R1, r.events.FD()),
		asm.Mov.Imm(asm.R2, imm(size)),
		asm.Mov.Imm(asm.R3, 0),
		asm.FnRingbufReserve.Call(),
		asm.JEq.Imm(asm.R0, 0, full),
		asm.Mov.Reg(regOut, asm.R0),
	)
	write()
	p.emit(
		asm.Mov.Reg(asm.R1, regOut),
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
