package otlp

import (
	"context"
	"crypto/rand"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A sampler decides which spans are sent.
type sampler struct {
	root          sdktrace.Sampler // of a span without a parent; nil takes all
	parentDecides bool             // whether what was decided about a parent holds for the span
}

// sampler reads what the variables of the SDK say.
func (e *environment) sampler() sampler {
	const parent, ratio = "parentbased_", "traceidratio"
	name := e.exact("OTEL_TRACES_SAMPLER", parent+"always_on", "always_on", "always_off", ratio,
		parent+"always_on", parent+"always_off", parent+ratio)
	share := e.ratio("OTEL_TRACES_SAMPLER_ARG")
	root, parentDecides := strings.CutPrefix(name, parent)
	s := sampler{parentDecides: parentDecides}
	switch root {
	case "always_off":
		s.root = sdktrace.NeverSample()
	case ratio:
		s.root = sdktrace.TraceIDRatioBased(share)
	}
	return s
}

// keep decides about a span. One without a trace gets it here, so that what is decided about is
// what is sent.
func (s sampler) keep(span *front.Span) bool {
	id := traceID(span.TraceID)
	if s.parentDecides && parentOf(id, *span).IsValid() {
		return !span.Unsampled
	}
	if s.root == nil {
		return true
	}
	if !id.IsValid() {
		id = newTraceID()
		span.TraceID, span.ParentID = id.String(), ""
	}
	return s.root.ShouldSample(sdktrace.SamplingParameters{
		ParentContext: context.Background(), TraceID: id, Name: span.Name,
		Kind: trace.SpanKindInternal,
	}).Decision == sdktrace.RecordAndSample
}

func newTraceID() (id trace.TraceID) {
	_, _ = rand.Read(id[:]) // never fails
	return id
}

func newSpanID() (id trace.SpanID) {
	_, _ = rand.Read(id[:])
	return id
}
