package spanprobe

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A Span is a part of an operation. It can be copied; all copies are the same span. Context and
// End are safe for concurrent use, Fail is not. The zero value is a span that is not traced.
type Span struct {
	ctx  context.Context
	open *open // nil: not traced
}

// An open is a span that is traced, and the context within it.
type open struct {
	context.Context
	outer     context.Context // without the span
	tracer    *Tracer
	id, trace uint64
	name      string
	began     time.Time
	err       error
	ended     atomic.Bool
}

// key is that of the *open in a context.
type key struct{}

// Value returns the span for its key.
func (o *open) Value(k any) any {
	if k == (key{}) {
		return o
	}
	return o.Context.Value(k)
}

func (t *Tracer) trace(ctx context.Context, name string) Span {
	if ctx == nil {
		ctx = context.Background() // nobody shall panic because somebody traces
	}
	o := &open{Context: ctx, outer: ctx, tracer: t, id: pair.NewKey(), name: name, began: time.Now()}
	o.trace = o.id
	var parent uint64
	if outer, ok := ctx.Value(key{}).(*open); ok {
		parent, o.trace = outer.id, outer.trace
	}
	if t.label != nil {
		o.Context = t.label(ctx, name)
	}
	t.start.Fire(o.id, parent, o.trace, name)
	return Span{o, o}
}

// Context returns the context within the span: spans that start with it are within this one.
// While nobody traces, it is the context that the span was started with.
func (s Span) Context() context.Context { return s.ctx }

// Traced reports whether somebody traced spans when this one began, for code that prepares an
// error.
func (s Span) Traced() bool { return s.open != nil }

// Fail says what has failed, for the span's end. The last one counts. A nil error is passed over.
func (s Span) Fail(err error) {
	if s.open != nil && err != nil {
		s.open.err = err
	}
}

// End ends the span. Ending it again does nothing.
func (s Span) End() {
	if s.open != nil {
		s.open.end()
	}
}

func (o *open) end() {
	if !o.ended.CompareAndSwap(false, true) {
		return
	}
	text := ""
	if o.err != nil && o.tracer.end.Enabled() {
		text = o.err.Error()
	}
	o.tracer.end.Fire(o.id, o.name, text, time.Since(o.began))
	if o.tracer.unlabel != nil {
		o.tracer.unlabel(o.outer)
	}
}
