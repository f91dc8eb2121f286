package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cilium/ebpf/asm"
)

// slowPairs is how slow pairs come from the kernel. A record has that of the end, how long the pair
// took, and that of the start, which was kept with the open start:
//
//	record of the end   u64 nanoseconds   record of the start
type slowPairs struct {
	stream       stream
	starts, ends []layout // by index of probe
	took, start  int      // offsets in a record
	clock        clock
}

func newSlowPairs(s *session, starts, ends []Probe, o PairOptions) (*slowPairs, error) {
	slow := &slowPairs{clock: newClock()}
	var err error
	if slow.starts, err = newLayouts(starts, o.StartCaptures); err != nil {
		return nil, err
	}
	if slow.ends, err = newLayouts(ends, o.EndCaptures); err != nil {
		return nil, err
	}
	slow.took = largest(slow.ends)
	slow.start = slow.took + 8
	if slow.stream, err = newStream(s, slow.size(), 0); err != nil {
		return nil, err
	}
	return slow, nil
}

func (s *slowPairs) size() int { return s.start + largest(s.starts) }

// send sends the pair if it is slow. The start is at R0, which keeps its value, and regTemp is how
// long the pair took. It changes R1 to R5, regOut, frameWord, frameWord2 and frameStart. An end on
// another processor that takes the start at the same moment sends it, too.
func (l *Latency) send(p *program) error {
	s, end, isFast := l.slow, l.slow.ends[p.site.index], p.newLabel()
	p.emit(
		asm.StoreMem(asm.RFP, frameStart, asm.R0, asm.DWord),
		loadConstant(asm.R1, l.spec.Slower.Nanoseconds()),
		asm.JLT.Reg(regTemp, asm.R1, isFast),
	)
	if err := p.needRecord(end); err != nil {
		return err
	}
	s.stream.send(p, s.size(), func() {
		p.writeRecord(end)
		p.emit(
			asm.StoreMem(regOut, displacement(s.took), regTemp, asm.DWord),
			asm.Mov.Reg(asm.R1, regOut),
			asm.Add.Imm(asm.R1, imm(s.start)),
			asm.LoadMem(asm.R3, asm.RFP, frameStart, asm.DWord),
		)
		p.readKernel(largest(s.starts))
	})
	p.place(isFast)
	p.emit(asm.LoadMem(asm.R0, asm.RFP, frameStart, asm.DWord))
	return nil
}

// Next waits for a slow pair and stores it in pair, whose memory it reuses. When none came for a
// while, it returns os.ErrDeadlineExceeded; the buffer was then empty. One goroutine may call it
// while another calls Read or Detach.
func (l *Latency) Next(pair *SlowPair) error {
	s := l.slow
	b, err := s.stream.next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.clock.adjust()
	}
	if err != nil {
		return err
	}
	if len(b) < s.size() {
		return fmt.Errorf("record of %d bytes for a pair", len(b))
	}
	end, start := binary.NativeEndian.Uint32(b[recordProbe:]), b[s.start:]
	begin := binary.NativeEndian.Uint32(start[recordProbe:])
	if int(end) >= len(s.ends) || int(begin) >= len(s.starts) {
		return fmt.Errorf("record of probes %d and %d for a pair", begin, end)
	}
	s.starts[begin].decode(&pair.Start, start, s.clock)
	s.ends[end].decode(&pair.End, b, s.clock)
	pair.Took = time.Duration(binary.NativeEndian.Uint64(b[s.took:])) // #nosec G115 -- < 292 years
	return nil
}

// Unsent returns how many slow pairs were not received because they came faster than they were
// read. They are in the histogram. It is exact after Detach, as soon as Next has returned
// os.ErrDeadlineExceeded.
func (l *Latency) Unsent() (uint64, error) { return l.slow.stream.lost() }

// Close detaches and drops what was not received. It is safe to call twice.
func (l *Latency) Close() error {
	err := l.session.Close()
	if l.slow != nil {
		err = errors.Join(err, l.slow.stream.Close())
		l.slow = nil
	}
	return err
}
