package spanprobe

import (
	"context"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// inSpan is a function with a span, without whose noinline the compiler would see through it.
//
//go:noinline
func inSpan(ctx context.Context, t *Tracer) context.Context {
	s := t.Start(ctx, "bench")
	defer s.End()
	return s.Context()
}

//go:noinline
func bare(ctx context.Context, _ *Tracer) context.Context { return ctx }

// BenchmarkSpan compares a function with and without a span, and with a counter that hears it.
func BenchmarkSpan(b *testing.B) {
	tracer, ctx := newTracer(b, "span_bench"), context.Background()
	for _, m := range []struct {
		name  string
		call  func(context.Context, *Tracer) context.Context
		heard bool
	}{{"bare", bare, false}, {"untraced", inSpan, false}, {"heard", inSpan, true}} {
		b.Run(m.name, func(b *testing.B) {
			if m.heard {
				counter, err := stapsdt.Count("span_bench:*")
				if err != nil {
					b.Fatal(err)
				}
				defer counter.Close()
			}
			b.ReportAllocs()
			for b.Loop() {
				m.call(ctx, tracer)
			}
		})
	}
}
