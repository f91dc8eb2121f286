package otlp

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

const (
	localGRPC = "http://localhost:4317"
	localHTTP = "http://localhost:4318/v1/"
)

// reconnect has gRPC connect again soon after a receiver is back. By default it may wait for two
// minutes, in which all would be lost.
var reconnect = grpc.WithConnectParams(grpc.ConnectParams{
	Backoff: backoff.Config{BaseDelay: time.Second, Multiplier: 1.6, Jitter: 0.2,
		MaxDelay: maxPause},
	MinConnectTimeout: 20 * time.Second,
})

// local names the local receiver, where nothing names another one: the SDK would try TLS there.
func local[Option any](t transport, named func(url string) Option, url string) []Option {
	if !t.local {
		return nil
	}
	return []Option{named(url)}
}

func newTraceExporter(ctx context.Context, t transport) (sdktrace.SpanExporter, error) {
	if !t.grpc {
		return otlptracehttp.New(ctx,
			local(t, otlptracehttp.WithEndpointURL, localHTTP+"traces")...)
	}
	options := local(t, otlptracegrpc.WithEndpointURL, localGRPC)
	return otlptracegrpc.New(ctx, append(options, otlptracegrpc.WithDialOption(reconnect))...)
}

func newMetricExporter(ctx context.Context, t transport) (sdkmetric.Exporter, error) {
	if !t.grpc {
		return otlpmetrichttp.New(ctx,
			local(t, otlpmetrichttp.WithEndpointURL, localHTTP+"metrics")...)
	}
	options := local(t, otlpmetricgrpc.WithEndpointURL, localGRPC)
	return otlpmetricgrpc.New(ctx, append(options, otlpmetricgrpc.WithDialOption(reconnect))...)
}

func newLogExporter(ctx context.Context, t transport) (sdklog.Exporter, error) {
	if !t.grpc {
		return otlploghttp.New(ctx, local(t, otlploghttp.WithEndpointURL, localHTTP+"logs")...)
	}
	options := local(t, otlploggrpc.WithEndpointURL, localGRPC)
	return otlploggrpc.New(ctx, append(options, otlploggrpc.WithDialOption(reconnect))...)
}
