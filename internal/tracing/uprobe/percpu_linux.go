package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/perf"
)

// A perCPU is a perf event buffer for each processor, for kernels without the ring buffer.
type perCPU struct {
	events   *ebpf.Map
	sent     *ebpf.Map // how many records were sent
	scratch  *ebpf.Map // where a record is written, because the stack is too small
	reader   *perf.Reader
	record   perf.Record
	poll     poll
	received uint64
}

const perCPUBytes = 1 << 20

func newPerCPU(s *session, largest, bytes int) (stream, error) {
	if bytes == 0 {
		bytes = perCPUBytes
	}
	bytes = roundBuffer(bytes)
	b := new(perCPU)
	var err error
	b.events, err = s.newMap(&ebpf.MapSpec{Name: "usdt_events", Type: ebpf.PerfEventArray})
	if err != nil {
		return nil, err
	}
	if b.sent, err = s.newNumbers("usdt_sent", 1); err != nil {
		return nil, err
	}
	b.scratch, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_record", Type: ebpf.PerCPUArray,
		KeySize: 4, ValueSize: uint32(largest), // #nosec G115 -- see layout.check
		MaxEntries: 1,
	})
	if err != nil {
		return nil, err
	}
	// The buffers do not reach the watermark: next polls them.
	o := perf.ReaderOptions{Watermark: bytes - 1}
	if b.reader, err = perf.NewReaderWithOptions(b.events, bytes, o); err != nil {
		return nil, fmt.Errorf("open perf event buffers: %w", explain(err))
	}
	return b, nil
}

func (b *perCPU) send(p *program, size int, write func()) {
	const currentCPU = 0xffffffff // BPF_F_CURRENT_CPU
	done := p.newLabel()
	p.increment(b.sent, 0)
	p.emit(asm.StoreImm(asm.RFP, frameWord, 0, asm.Word))
	p.lookup(b.scratch, frameWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, done),
		asm.Mov.Reg(regOut, asm.R0),
	)
	write()
	p.emit(
		asm.Mov.Reg(asm.R1, regContext),
		asm.LoadMapPtr(asm.R2, b.events.FD()),
		asm.LoadImm(asm.R3, currentCPU, asm.DWord),
		asm.Mov.Reg(asm.R4, regOut),
		asm.Mov.Imm(asm.R5, imm(size)),
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
		// Records of lost samples are skipped. The kernel reports a loss only with the next record,
		// if one comes, so lost counts by itself.
		if b.record.LostSamples == 0 {
			b.received++
			return b.record.RawSample, nil
		}
	}
}

// lost compares how many records were sent with how many came. Records that are still in the
// buffers count as lost until they are read.
func (b *perCPU) lost() (uint64, error) {
	sent, err := sum(b.sent, 0)
	return sent - min(sent, b.received), err
}

func (b *perCPU) Close() error { return b.reader.Close() }
