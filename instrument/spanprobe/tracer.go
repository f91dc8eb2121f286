// Package spanprobe shows tracers what parts an operation has, and how long each takes: spans,
// which have other spans within them.
//
//	var checkout = spanprobe.MustTracer("checkout") // a provider
//
//	func pay(ctx context.Context, cents int64) error {
//		s := checkout.Start(ctx, "pay")
//		defer s.End()
//		err := charge(s.Context(), cents) // whose spans are within this one
//		s.Fail(err)
//		return err
//	}
//
//	$ usdt latency -p 3583 checkout:span --by name
//	$ usdt trace -p 3583 checkout:span_end --where 'name == "pay" && duration > 1s'
//
// # The probes
//
// The provider of a tracer has two:
//
//   - span_start: id, parent, trace and name. Id is a number that no other span of the process
//     has. Parent is the id of the span in whose context this one begins, whichever tracer made it,
//     or 0. Trace is the id of the outermost span;
//   - span_end: id, name, error, which is "" if nothing has failed, and duration.
//
// A span is traced if one of the two is when it begins. Spans that begin within one that is not
// traced have no parent.
//
// # Performance considerations
//
// While nobody traces, Start, Context and End cost some comparisons: nothing is allocated, no clock
// is read, and the context stays the same.
package spanprobe

import (
	"context"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// A Tracer makes spans. All its methods are safe for concurrent use. The zero value is not usable.
type Tracer struct {
	provider *stapsdt.Provider
	start    *stapsdt.Probe4[uint64, uint64, uint64, string]
	end      *stapsdt.Probe4[uint64, string, string, time.Duration]

	// What WithLabels sets; nil: labels are not asked for.
	label   func(ctx context.Context, name string) (labeled context.Context)
	unlabel func(outer context.Context)
}

// An Option changes a Tracer.
type Option func(*Tracer)

// NewTracer returns a tracer with a provider of this name. The errors are those of
// [stapsdt.NewProvider]. As with all providers, nothing is published before it is loaded, for
// instance by [stapsdt.Load].
func NewTracer(provider string, options ...Option) (*Tracer, error) {
	p, err := stapsdt.NewProvider(provider)
	if err != nil {
		return nil, err
	}
	t := &Tracer{
		provider: p,
		start: stapsdt.MustProbe4[uint64, uint64, uint64, string](p,
			"span_start", "id", "parent", "trace", "name").Describe("A span begins."),
		end: stapsdt.MustProbe4[uint64, string, string, time.Duration](p,
			"span_end", "id", "name", "error", "duration").Describe("A span ends."),
	}
	for _, option := range options {
		option(t)
	}
	return t, nil
}

// MustTracer is like [NewTracer] but panics on an error, for use in global variables.
func MustTracer(provider string, options ...Option) *Tracer {
	t, err := NewTracer(provider, options...)
	if err != nil {
		panic(err)
	}
	return t
}

// Provider returns the provider, for tests and to close it.
func (t *Tracer) Provider() *stapsdt.Provider { return t.provider }

// Enabled reports whether somebody traces spans, for code that prepares their names.
func (t *Tracer) Enabled() bool { return t.start.Enabled() || t.end.Enabled() }

// Start begins a span. Its parent is the span that ctx is in. The caller ends it.
func (t *Tracer) Start(ctx context.Context, name string) Span {
	if t.start.Enabled() || t.end.Enabled() {
		return t.trace(ctx, name)
	}
	return Span{ctx: ctx}
}
