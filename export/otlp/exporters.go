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

func newTraceExporter(ctx context.Context, t transport) (sdktrace.SpanExporter, error) {
	if !t.grpc {
		var options []otlptracehttp.Option
		if t.local {
			options = append(options, otlptracehttp.WithEndpointURL(localHTTP+"traces"))
		}
		return otlptracehttp.New(ctx, options...)
	}
	options := []otlptracegrpc.Option{otlptracegrpc.WithDialOption(reconnect)}
	if t.local {
		options = append(options, otlptracegrpc.WithEndpointURL(localGRPC))
	}
	return otlptracegrpc.New(ctx, options...)
}

func newMetricExporter(ctx context.Context, t transport) (sdkmetric.Exporter, error) {
	if !t.grpc {
		var options []otlpmetrichttp.Option
		if t.local {
			options = append(options, otlpmetrichttp.WithEndpointURL(localHTTP+"metrics"))
		}
		return otlpmetrichttp.New(ctx, options...)
	}
	options := []otlpmetricgrpc.Option{otlpmetricgrpc.WithDialOption(reconnect)}
	if t.local {
		options = append(options, otlpmetricgrpc.WithEndpointURL(localGRPC))
	}
	return otlpmetricgrpc.New(ctx, options...)
}

func newLogExporter(ctx context.Context, t transport) (sdklog.Exporter, error) {
	if !t.grpc {
		var options []otlploghttp.Option
		if t.local {
			options = append(options, otlploghttp.WithEndpointURL(localHTTP+"logs"))
		}
		return otlploghttp.New(ctx, options...)
	}
	options := []otlploggrpc.Option{otlploggrpc.WithDialOption(reconnect)}
	if t.local {
		options = append(options, otlploggrpc.WithEndpointURL(localGRPC))
	}
	return otlploggrpc.New(ctx, options...)
}
