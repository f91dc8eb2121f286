package otlp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

// protocols are the values of OTEL_EXPORTER_OTLP_PROTOCOL.
var protocols = []string{"grpc", "http/protobuf"}

// A receiver is the collector's, with what it has received.
type receiver struct {
	protocol, address string
	settings          map[string]any // of the protocol, besides the address

	traces  consumertest.TracesSink
	metrics consumertest.MetricsSink
	logs    consumertest.LogsSink
	next    consumer.Traces // in place of traces, if it is set

	running []component.Component
}

// newReceiver returns a receiver that does not run yet, and has the environment lead to it. Its
// address is one of the 16 million that lead back to this machine, so that nobody else takes it
// while it does not run.
func newReceiver(t testing.TB, protocol string) *receiver {
	t.Helper()
	n := rand.IntN(1 << 22)
	r := &receiver{protocol: protocol,
		address: fmt.Sprintf("127.%d.%d.%d:4317", 64+n>>16, n>>8&255, n&255)}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	t.Cleanup(func() { r.stop(t) })
	return r
}

// start has the receiver run, again if it was stopped.
func (r *receiver) start(t testing.TB) {
	t.Helper()
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	settings := map[string]any{"endpoint": r.address, "include_metadata": true}
	for key, value := range r.settings {
		settings[key] = value
	}
	name := "http"
	if r.protocol == "grpc" {
		name = "grpc"
	}
	protocols := map[string]any{"protocols": map[string]any{name: settings}}
	if err := confmap.NewFromStringMap(protocols).Unmarshal(config); err != nil {
		t.Fatal(err)
	}
	var next consumer.Traces = &r.traces
	if r.next != nil {
		next = r.next
	}
	set := receivertest.NewNopSettings(factory.Type())
	made := make([]component.Component, 3)
	errs := make([]error, 3)
	made[0], errs[0] = factory.CreateTraces(t.Context(), set, config, next)
	made[1], errs[1] = factory.CreateMetrics(t.Context(), set, config, &r.metrics)
	made[2], errs[2] = factory.CreateLogs(t.Context(), set, config, &r.logs)
	for i, c := range made {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if err := c.Start(t.Context(), componenttest.NewNopHost()); err != nil {
			t.Fatal(err)
		}
	}
	r.running = made
}

func (r *receiver) stop(t testing.TB) {
	t.Helper()
	for _, c := range r.running {
		if err := c.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
	r.running = nil
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after five minutes, it does not hold that %s", what)
		}
	}
}
