// Package receiver runs the OTLP receiver of the OpenTelemetry Collector.
package receiver

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

// A Receiver listens at an address until it is closed.
type Receiver struct{ parts []component.Component }

// A Config says what a receiver does.
type Config struct {
	Protocol string // a value of OTEL_EXPORTER_OTLP_PROTOCOL
	Address  string
	Settings map[string]any // others of the protocol, as in the collector's configuration
	Traces   consumer.Traces
	Metrics  consumer.Metrics
	Logs     consumer.Logs
}

// Start starts a receiver.
func Start(ctx context.Context, c Config) (*Receiver, error) {
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	settings := map[string]any{"endpoint": c.Address, "include_metadata": true}
	for key, value := range c.Settings {
		settings[key] = value
	}
	name := "http"
	if c.Protocol == "grpc" {
		name = "grpc"
	}
	protocols := map[string]any{"protocols": map[string]any{name: settings}}
	if err := confmap.NewFromStringMap(protocols).Unmarshal(config); err != nil {
		return nil, err
	}
	set := receivertest.NewNopSettings(factory.Type())
	traces, err1 := factory.CreateTraces(ctx, set, config, c.Traces)
	metrics, err2 := factory.CreateMetrics(ctx, set, config, c.Metrics)
	logs, err3 := factory.CreateLogs(ctx, set, config, c.Logs)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	r := &Receiver{parts: []component.Component{traces, metrics, logs}}
	for _, part := range r.parts {
		if err := part.Start(ctx, componenttest.NewNopHost()); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Close ends what Start began.
func (r *Receiver) Close() error {
	var err error
	for _, part := range r.parts {
		err = errors.Join(err, part.Shutdown(context.Background()))
	}
	return err
}
