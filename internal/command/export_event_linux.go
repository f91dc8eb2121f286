package command

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/traceparent"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// exportedText is how many bytes of a text become a part of a span or a record.
const exportedText = 1 << 10

// A received is what spans and records have in common: a goroutine receives them from the kernel.
// Of what comes faster than it can be handed on, the kernel's buffer keeps what it has room for.
type received struct {
	names *exportedProcesses
	sink  front.Sink

	mu     sync.Mutex // held while it is opened, extended and closed
	ending chan struct{}
	ended  sync.WaitGroup
	events atomic.Uint64
	lost   atomic.Uint64
}

// begin receives in a goroutine of its own until end: next receives one, and hands it on.
func (r *received) begin(next func() error, lost func() (uint64, error), failed func(error)) {
	r.ending = make(chan struct{})
	r.ended.Go(func() {
		for {
			err := next()
			isIdle := errors.Is(err, os.ErrDeadlineExceeded)
			switch {
			case err == nil:
				r.events.Add(1)
				continue
			case !isIdle:
				failed(err)
				return
			}
			if n, err := lost(); err == nil {
				r.lost.Store(n)
			}
			select {
			case <-r.ending:
				return
			default:
			}
		}
	})
}

// finish detaches, and hands on what the buffer has.
func (r *received) finish(t tracing) error {
	err := detachUndisturbed(t)
	close(r.ending)
	r.ended.Wait()
	return err
}

// captured is how texts of spans and records are read.
func captured() *captureFlags { return &captureFlags{limit: exportedText} }

// An eventFields knows the arguments of a probe that become attributes.
type eventFields struct {
	fields []field
	all    map[string]field // by label
	types  []operand.Arg
}

func newEventFields(p uprobe.Probe, captures []uprobe.Capture) eventFields {
	f := eventFields{fields: fieldsOf(p, captures), all: make(map[string]field), types: p.Args()}
	for _, one := range f.fields {
		f.all[one.label] = one
	}
	return f
}

// find returns the field of an argument, which is named or numbered.
func (f eventFields) find(name string) (field, bool) {
	parsed, _ := parseArgument(name) // the configuration has been checked
	if parsed.Name != "" {
		one, ok := f.all[parsed.Name]
		return one, ok
	}
	for _, one := range f.fields {
		if one.place == parsed.Number {
			return one, true
		}
	}
	return field{}, false
}

// attribute returns an argument of an event. It is not ok if it could not be read.
func (f *field) attribute(args []uprobe.Value) (a front.Attribute, ok bool) {
	v, ok := f.value(args)
	if f.never || !ok {
		return a, false
	}
	a.Key = collect.Text(f.label)
	switch f.kind {
	case signature.String, signature.Text, signature.Bytes:
		text := printable.Escape(string(v.Data))
		if v.Cut {
			text += "…"
		}
		a.Value = text
	case signature.Bool:
		a.Value = v.Int != 0
	case signature.Float:
		a.Value = f.float(v)
	case signature.Pointer:
		a.Value = string(f.appendText(nil, args))
	case signature.Duration:
		a.Value = int64(v.Int) // #nosec G115 -- the same bits
	default:
		a.Value = v.Int
		if f.signed {
			a.Value = int64(v.Int) // #nosec G115 -- the same bits
		}
	}
	return a, true
}

// traceparentOf returns what an argument of an event has.
func traceparentOf(f *field, args []uprobe.Value) (traceID, parentID string, unsampled bool) {
	if v, ok := f.value(args); ok && f.kind.IsAddress() {
		p, isValid := traceparent.Parse(string(v.Data))
		return p.TraceID, p.SpanID, isValid && !p.IsSampled
	}
	return "", "", false
}
