package otelprobe

import (
	"context"
	"strconv"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// TestSpans compares what is fired with what the SDK's own recorder has of the spans.
func TestSpans(t *testing.T) {
	judge := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(New()),
		sdktrace.WithSpanProcessor(judge))
	r := stapsdttest.Record(t, provider)
	remote := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, Remote: true,
	})
	tracer := tracers.Tracer("test")
	ctx, order := tracer.Start(trace.ContextWithRemoteSpanContext(t.Context(), remote), "order")
	_, pay := tracer.Start(ctx, "pay")
	pay.SetStatus(codes.Error, "too little")
	pay.End()
	order.SetStatus(codes.Ok, "")
	order.End()
	_, other := tracer.Start(t.Context(), "other")
	other.End()
	if err := tracers.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	spans := judge.Ended() // pay, order, other
	r.Want(started(t, spans[1]), started(t, spans[0]), ended(t, spans[0]), ended(t, spans[1]),
		started(t, spans[2]), ended(t, spans[2]))
	for i, parent := range []string{spans[1].SpanContext().SpanID().String(), "0200000000000000", ""} {
		if got := started(t, spans[i]).Args[3]; got != parent {
			t.Errorf("the parent of %s is %v, want %s", spans[i].Name(), got, parent)
		}
	}
}

func started(t *testing.T, s sdktrace.ReadOnlySpan) stapsdttest.Event {
	own, parent := s.SpanContext(), ""
	if s.Parent().IsValid() {
		parent = s.Parent().SpanID().String()
	}
	return stapsdttest.Fired(spanStart, number(t, s), own.TraceID().String(), own.SpanID().String(),
		parent, s.Name())
}

func ended(t *testing.T, s sdktrace.ReadOnlySpan) stapsdttest.Event {
	status := map[codes.Code]string{codes.Unset: "Unset", codes.Error: "Error", codes.Ok: "Ok"}
	return stapsdttest.Fired(spanEnd, number(t, s), s.SpanContext().TraceID().String(), s.Name(),
		status[s.Status().Code], s.EndTime().Sub(s.StartTime()))
}

// number returns the number that the id of a span is.
func number(t *testing.T, s sdktrace.ReadOnlySpan) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s.SpanContext().SpanID().String(), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDropped: what the sampler drops is not fired.
func TestDropped(t *testing.T) {
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(New()),
		sdktrace.WithSampler(sdktrace.NeverSample()))
	r := stapsdttest.Record(t, provider)
	_, s := tracers.Tracer("test").Start(t.Context(), "dropped")
	s.End()
	r.Want()
}

// keeper keeps a span as the SDK gives it to processors.
type keeper struct {
	processor
	span sdktrace.ReadWriteSpan
}

func (k *keeper) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) { k.span = s }

// TestUntraced: the processor allocates nothing.
func TestUntraced(t *testing.T) {
	k := new(keeper)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(k))
	_, s := tracers.Tracer("test").Start(t.Context(), "span")
	s.End()
	p := New()
	allocations := testing.AllocsPerRun(100, func() {
		p.OnStart(context.Background(), k.span)
		p.OnEnd(k.span)
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
