// Package otelprobe shows the spans that a program makes with OpenTelemetry to tracers: it is a
// span processor, so they need not be changed.
//
//	sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(otelprobe.New()), ...)
//
//	$ usdt latency -p 3583 otel:span --by name
//	$ usdt trace -p 3583 otel:span_end --where 'status == "Error"'
//
// # The probes
//
// The provider is otel. It has
//
//   - span_start: id, trace_id, span_id, parent_id ("": none) and name. Id is the number that
//     span_id is in hexadecimal: a key for tools that pair by numbers;
//   - span_end: id, trace_id, name, status ("Unset", "Error" or "Ok") and duration, by the times of
//     the span.
//
// Spans are processed if they are recorded: what the sampler drops has no probes.
//
// While nobody traces, a span costs two comparisons and two calls more, in which nothing is
// allocated. But if there is a processor, the SDK copies each span that ends: in a program without
// another one, a span costs an allocation more, of some 400 bytes.
package otelprobe

import (
	"context"
	"encoding/binary"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("otel")

	spanStart = stapsdt.MustProbe5[uint64, string, string, string, string](provider,
		"span_start", "id", "trace_id", "span_id", "parent_id", "name").
		Describe("A span begins.")

	spanEnd = stapsdt.MustProbe5[uint64, string, string, string, time.Duration](provider,
		"span_end", "id", "trace_id", "name", "status", "duration").
		Describe("A span ends.")
)

type processor struct{}

// New returns a span processor that fires the probes. It is safe for concurrent use, and all that
// it returns are the same.
func New() sdktrace.SpanProcessor { return processor{} }

func (processor) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	if !spanStart.Enabled() {
		return
	}
	parent := ""
	if p := s.Parent(); p.HasSpanID() {
		parent = p.SpanID().String()
	}
	own := s.SpanContext()
	spanStart.Fire(key(own), own.TraceID().String(), own.SpanID().String(), parent, s.Name())
}

func (processor) OnEnd(s sdktrace.ReadOnlySpan) {
	if !spanEnd.Enabled() {
		return
	}
	own := s.SpanContext()
	spanEnd.Fire(key(own), own.TraceID().String(), s.Name(), s.Status().Code.String(),
		s.EndTime().Sub(s.StartTime()))
}

func (processor) Shutdown(context.Context) error   { return nil }
func (processor) ForceFlush(context.Context) error { return nil }

func key(c trace.SpanContext) uint64 {
	id := c.SpanID()
	return binary.BigEndian.Uint64(id[:])
}
