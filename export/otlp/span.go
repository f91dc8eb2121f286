package otlp

import (
	"context"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A spanBatch turns spans into the SDK's and exports them. A TracerProvider would give all its
// spans one resource and one clock; here each span brings both. The SDK has no other way to make a
// span from what is known of it than the package for tests.
type spanBatch struct {
	exporter  sdktrace.SpanExporter
	resources resources
	scope     instrumentation.Scope
	limits    sdktrace.SpanLimits
}

func (b spanBatch) export(ctx context.Context, spans []front.Span) error {
	b.resources.forget()
	all := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		all[i] = b.span(s)
	}
	return b.exporter.ExportSpans(ctx, all)
}

func (b spanBatch) span(s front.Span) sdktrace.ReadOnlySpan {
	id := traceID(s.TraceID)
	parent := parentOf(id, s)
	if !id.IsValid() {
		id = newTraceID()
	}
	attributes, dropped := b.limited(attributes(s.Attributes))
	return tracetest.SpanStub{
		Name: valid(s.Name),
		SpanContext: trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: id, SpanID: newSpanID(), TraceFlags: trace.FlagsSampled,
		}),
		Parent:    parent,
		SpanKind:  trace.SpanKindInternal,
		StartTime: s.Start, EndTime: s.End,
		Attributes: attributes, DroppedAttributes: dropped,
		Resource:             b.resources.of(s.Resource),
		InstrumentationScope: b.scope,
	}.Snapshot()
}

func spanWeight(s front.Span) int {
	const fixed = 160 // times, ids and headers of texts
	return fixed + len(s.Name) + len(s.TraceID) + len(s.ParentID) + attributesWeight(s.Attributes)
}

// parentOf returns the parent of a span, or the invalid one if it has none.
func parentOf(id trace.TraceID, s front.Span) trace.SpanContext {
	parent := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: spanID(s.ParentID), TraceFlags: trace.FlagsSampled, Remote: true,
	})
	if !parent.IsValid() {
		return trace.SpanContext{}
	}
	return parent
}

// limited does to attributes what the SDK does to those of its own spans.
func (b spanBatch) limited(all []attribute.KeyValue) (kept []attribute.KeyValue, dropped int) {
	if most := b.limits.AttributeCountLimit; most >= 0 && len(all) > most {
		all, dropped = all[:most], len(all)-most
	}
	if most := b.limits.AttributeValueLengthLimit; most >= 0 {
		for i, a := range all {
			if a.Value.Type() == attribute.STRING {
				all[i].Value = attribute.StringValue(cut(a.Value.AsString(), most))
			}
		}
	}
	return all, dropped
}

// cut returns the first characters of a text.
func cut(text string, characters int) string {
	if len(text) <= characters || utf8.RuneCountInString(text) <= characters {
		return text
	}
	return string([]rune(text)[:characters])
}
