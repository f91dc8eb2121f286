package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// A Tracer receives events. Its methods are not safe for concurrent use, except for Fit, Attach,
// Release and Detach.
type Tracer struct {
	*session
	stream  stream
	spec    TraceOptions
	layouts atomic.Pointer[[]layout] // by index of probe
	room    int                      // for a record, in bytes
	clock   clock
}

// TraceOptions say which parts of an event are wanted.
type TraceOptions struct {
	Options
	Captures [][]Capture // for each probe; nil for none
	Stack    bool        // Event.Stack is wanted

	// BufferBytes is the size of the ring buffer, or, if the kernel has none, of the buffer of each
	// processor. 0 means 8 MiB for the former, 1 MiB for the latter. It is rounded up to a power of
	// two, and at most MaxBuffer.
	BufferBytes int
}

// Trace attaches to the probes and receives their events. Every hit that satisfies the filter is
// either received or counted by Lost. To end without losing the events in the buffer, call Detach,
// then Next until it returns os.ErrDeadlineExceeded, then Close.
func Trace(probes []Probe, o TraceOptions) (*Tracer, error) {
	t := &Tracer{session: newSession(o.Options), spec: o, clock: newClock()}
	if err := t.attachAll(probes); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Tracer) attachAll(probes []Probe) error {
	layouts, err := t.newLayouts(probes, t.spec.Captures)
	if err != nil {
		return err
	}
	t.layouts.Store(&layouts)
	t.room = max(largest(layouts), roomForLater)
	if t.stream, err = newStream(t.session, t.room, t.spec.BufferBytes); err != nil {
		return err
	}
	return t.attach(t.body, probes...)
}

// roomForLater is the room for a record of a probe that is added later, in bytes.
const roomForLater = recordArgs + 8*operand.MaxArgs + 4<<10 + stackBytes

func (t *Tracer) body(p *program) error {
	return p.trace((*t.layouts.Load())[p.site.index], t.spec.Filter, t.stream)
}

// newLayouts returns the layouts of what the tracer is asked for.
func (t *Tracer) newLayouts(probes []Probe, captures [][]Capture) ([]layout, error) {
	layouts, err := newLayouts(probes, captures)
	for i := range layouts {
		layouts[i].stack = t.spec.Stack
	}
	if size := largest(layouts); t.room > 0 && size > t.room {
		return nil, fmt.Errorf("no room for events of %d bytes, at most %d", size, t.room)
	}
	return layouts, err
}

func newLayouts(probes []Probe, captures [][]Capture) ([]layout, error) {
	layouts := make([]layout, len(probes))
	for i, p := range probes {
		l := layout{probe: i, args: len(p.Args())}
		for _, s := range p.Sites {
			l.args = max(l.args, len(s.Args()))
		}
		if captures != nil {
			l.captures = captures[i]
		}
		if err := l.check(p); err != nil {
			return nil, err
		}
		layouts[i] = l
	}
	return layouts, nil
}

// trace writes the program that sends a record of layout l.
func (p *program) trace(l layout, e filter.Expr, s stream) error {
	end := p.newLabel()
	if err := p.unless(e, end); err != nil {
		return err
	}
	if err := p.needRecord(l); err != nil {
		return err
	}
	s.send(p, l.size(), func() { p.writeRecord(l) })
	p.place(end)
	p.exit()
	return nil
}

// Next waits for an event and stores it in ev, whose memory it reuses. When no event came for a
// while, it returns os.ErrDeadlineExceeded; the buffer was then empty. Events come in the order of
// their hits. Without the ring buffer, only the events of each processor do.
func (t *Tracer) Next(ev *Event) error {
	b, err := t.stream.next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.clock.adjust()
	}
	if err != nil {
		return err
	}
	if len(b) < recordArgs {
		return fmt.Errorf("record of %d bytes", len(b))
	}
	probe := binary.NativeEndian.Uint32(b[recordProbe:])
	layouts := *t.layouts.Load()
	if int(probe) >= len(layouts) || len(b) < layouts[probe].size() {
		return fmt.Errorf("record of %d bytes for probe %d", len(b), probe)
	}
	layouts[probe].decode(ev, b, t.clock)
	return nil
}

// Lost returns how many events were not received because they came faster than they were read, or
// because another BPF program was running on the same processor. It is exact after Detach, as soon
// as Next has returned os.ErrDeadlineExceeded.
func (t *Tracer) Lost() (uint64, error) {
	lost, err := t.stream.lost()
	return lost + t.missed(), err
}

// Close detaches and drops the events that were not received. It is safe to call twice.
func (t *Tracer) Close() error {
	err := t.session.Close()
	if t.stream != nil {
		err = errors.Join(err, t.stream.Close())
		t.stream = nil
	}
	return err
}
