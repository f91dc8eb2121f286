package otelprobe

import (
	"context"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/go-usdt/usdt/stapsdt"
)

// silent is a processor that does nothing. It stands for that of the program.
type silent struct{}

func (silent) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (silent) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (silent) Shutdown(context.Context) error                  { return nil }
func (silent) ForceFlush(context.Context) error                { return nil }

// BenchmarkOnly compares a span of a program that has no processor, and only this one.
func BenchmarkOnly(b *testing.B) {
	b.Run("bare", func(b *testing.B) { measure(b) })
	b.Run("untraced", func(b *testing.B) { measure(b, sdktrace.WithSpanProcessor(New())) })
}

// BenchmarkSpan compares a span of a program that has a processor with and without this one, and
// with a counter that hears it.
func BenchmarkSpan(b *testing.B) {
	others := sdktrace.WithSpanProcessor(silent{})
	b.Run("bare", func(b *testing.B) { measure(b, others) })
	b.Run("untraced", func(b *testing.B) { measure(b, sdktrace.WithSpanProcessor(New()), others) })
	b.Run("heard", func(b *testing.B) {
		counter, err := stapsdt.Count("otel:*")
		if err != nil {
			b.Fatal(err)
		}
		defer counter.Close()
		measure(b, sdktrace.WithSpanProcessor(New()), others)
	})
}

func measure(b *testing.B, options ...sdktrace.TracerProviderOption) {
	tracer := sdktrace.NewTracerProvider(options...).Tracer("bench")
	b.ReportAllocs()
	for b.Loop() {
		_, s := tracer.Start(context.Background(), "bench")
		s.End()
	}
}
