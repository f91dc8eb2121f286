package otlp

import (
	"context"
	"crypto/rand"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A sampler decides which spans are sent. A nil one sends all.
type sampler struct{ sdk sdktrace.Sampler }

// sampler reads what the variables of the SDK say.
func (e *environment) sampler() *sampler {
	const parent, ratio = "parentbased_", "traceidratio"
	name := e.exact("OTEL_TRACES_SAMPLER", parent+"always_on", "always_on", "always_off", ratio,
		parent+"always_on", parent+"always_off", parent+ratio)
	share := e.ratio("OTEL_TRACES_SAMPLER_ARG")
	root, parentDecides := strings.CutPrefix(name, parent)
	var sdk sdktrace.Sampler
	switch root {
	case "always_on":
		return nil
	case "always_off":
		sdk = sdktrace.NeverSample()
	case ratio:
		sdk = sdktrace.TraceIDRatioBased(share)
	}
	if parentDecides {
		sdk = sdktrace.ParentBased(sdk)
	}
	return &sampler{sdk}
}

// keep decides about a span. One without a trace gets it here, so that what is decided about is
// what is sent. A parent has been sampled: else its span would not be there to be the parent.
func (s *sampler) keep(span *front.Span) bool {
	if s == nil {
		return true
	}
	id := traceID(span.TraceID)
	if !id.IsValid() {
		id = newTraceID()
		span.TraceID, span.ParentID = id.String(), ""
	}
	ctx := trace.ContextWithRemoteSpanContext(context.Background(), parentOf(id, *span))
	return s.sdk.ShouldSample(sdktrace.SamplingParameters{
		ParentContext: ctx, TraceID: id, Name: span.Name, Kind: trace.SpanKindInternal,
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
