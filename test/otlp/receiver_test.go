package otlp

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/go-usdt/usdt/test/otlp/receiver"
)

// protocols are the values of OTEL_EXPORTER_OTLP_PROTOCOL.
var protocols = []string{"grpc", "http/protobuf"}

// A collector is a receiver with what it has received.
type collector struct {
	protocol, address string
	settings          map[string]any // of the protocol, besides the address

	traces  consumertest.TracesSink
	metrics consumertest.MetricsSink
	logs    consumertest.LogsSink
	next    consumer.Traces // in place of traces, if it is set

	running *receiver.Receiver
}

// newReceiver returns a receiver that does not run yet, and has the environment lead to it. Its
// address is one of the 16 million that lead back to this machine, so that nobody else takes it
// while it does not run.
func newReceiver(t testing.TB, protocol string) *collector {
	t.Helper()
	n := rand.IntN(1 << 22)
	r := &collector{protocol: protocol,
		address: fmt.Sprintf("127.%d.%d.%d:4317", 64+n>>16, n>>8&255, n&255)}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+r.address)
	t.Cleanup(func() { r.stop(t) })
	return r
}

// start has the receiver run, again if it was stopped.
func (r *collector) start(t testing.TB) {
	t.Helper()
	config := receiver.Config{Protocol: r.protocol, Address: r.address, Settings: r.settings,
		Traces: &r.traces, Metrics: &r.metrics, Logs: &r.logs}
	if r.next != nil {
		config.Traces = r.next
	}
	var err error
	if r.running, err = receiver.Start(t.Context(), config); err != nil {
		t.Fatal(err)
	}
}

func (r *collector) stop(t testing.TB) {
	t.Helper()
	if r.running == nil {
		return
	}
	if err := r.running.Close(); err != nil {
		t.Error(err)
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
