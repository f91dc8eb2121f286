package otelprobe_test

import (
	"context"
	"fmt"
	"log"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/go-usdt/usdt/instrument/otelprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// The spans that a program has can be traced without a collector, as by
//
//	usdt latency -p PID otel:span --by name
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(otelprobe.New()))
	defer tracers.Shutdown(context.Background())

	_, span := tracers.Tracer("shop").Start(context.Background(), "pay")
	defer span.End()
	fmt.Println("2450 cents are charged")
	// Output: 2450 cents are charged
}
