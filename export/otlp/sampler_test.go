package otlp

import (
	"testing"

	"github.com/go-usdt/usdt/internal/export/front"
)

func TestSampler(t *testing.T) {
	// The SDK's sampler by ratio looks at the last seven bytes of a trace id.
	low := front.Span{TraceID: "00000000000000010000000000000001"}
	high := front.Span{TraceID: "0000000000000001ffffffffffffffff"}
	child := high
	child.ParentID = "0000000000000001"
	for _, c := range []struct {
		name, argument   string
		low, high, child bool
	}{
		{"", "", true, true, true},
		{"always_on", "0", true, true, true},
		{"always_off", "", false, false, false},
		{"traceidratio", "0.5", true, false, false},
		{"parentbased_always_off", "", false, false, true},
		{"parentbased_traceidratio", "0.5", true, false, true},
		{"parentbased_traceidratio", "", true, true, true},
	} {
		s, err := read(map[string]string{"OTEL_TRACES_SAMPLER": c.name,
			"OTEL_TRACES_SAMPLER_ARG": c.argument}, everything)
		if err != nil {
			t.Fatal(err)
		}
		a, b, d := low, high, child
		got := [3]bool{s.sampler.keep(&a), s.sampler.keep(&b), s.sampler.keep(&d)}
		if want := [3]bool{c.low, c.high, c.child}; got != want {
			t.Errorf("%s of %s keeps %v, not %v", c.name, c.argument, got, want)
		}
	}
}

// TestSamplerNewTrace has a span without a trace keep the one that was decided about.
func TestSamplerNewTrace(t *testing.T) {
	s, err := read(map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio",
		"OTEL_TRACES_SAMPLER_ARG": "0.25"}, everything)
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	const spans = 4000
	for range spans {
		span := front.Span{ParentID: "0000000000000001"} // of no trace, so it means nothing
		if s.sampler.keep(&span) {
			kept++
		}
		if !traceID(span.TraceID).IsValid() || span.ParentID != "" {
			t.Fatalf("the span has the trace %q and the parent %q", span.TraceID, span.ParentID)
		}
		again := span
		if s.sampler.keep(&again) != s.sampler.keep(&span) || again.TraceID != span.TraceID {
			t.Fatal("the decision about a trace changes")
		}
	}
	// 1,000 are expected; 15 standard deviations either way are 411.
	if kept < 589 || kept > 1411 {
		t.Errorf("%d of %d spans are kept", kept, spans)
	}
}

func TestLimits(t *testing.T) {
	t.Setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "2")
	t.Setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3")
	b := spanBatch{limits: (&environment{get: func(string) string { return "" }}).spanLimits()}
	got, dropped := b.limited(attributes([]front.Attribute{
		{Key: "name", Value: "äöüß"}, {Key: "id", Value: int64(12345)}, {Key: "more", Value: "x"}}))
	if dropped != 1 || len(got) != 2 || got[0].Value.AsString() != "äöü" ||
		got[1].Value.AsInt64() != 12345 {
		t.Errorf("%d dropped of %v", dropped, got)
	}
}
