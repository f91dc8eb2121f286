//go:build amd64 || arm64

package otelprobe

import (
	"fmt"
	"os"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/go-usdt/usdt/internal/testing/selftrace"
)

func TestMain(m *testing.M) { os.Exit(selftrace.Run(m)) }

func TestDescribe(t *testing.T) { selftrace.Describe(t, "otel") }

// TestTrace has usdt trace a span.
func TestTrace(t *testing.T) {
	tracer := selftrace.Start(t, "otel:*")
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(New()))
	_, span := tracers.Tracer("test").Start(t.Context(), "pay")
	span.End()
	id := span.SpanContext()
	tracer.Expect(t,
		fmt.Sprintf(`span_start id=%d trace_id="%s" span_id="%s" parent_id="" name="pay"`,
			key(id), id.TraceID(), id.SpanID()),
		fmt.Sprintf(`span_end id=%d trace_id="%s" name="pay" status="Unset" duration=\d.*`,
			key(id), id.TraceID()),
	)
}
