package grpcprobe

import (
	"time"

	"google.golang.org/grpc/codes"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	server = stapsdt.MustProvider("grpc_server")
	client = stapsdt.MustProvider("grpc_client")

	serverStart = stapsdt.MustProbe4[uint64, string, string, string](server,
		"rpc_start", "id", "method", "peer", "trace_id").
		Describe("A call has come.")

	clientStart = stapsdt.MustProbe3[uint64, string, string](client,
		"rpc_start", "id", "method", "trace_id").
		Describe("A call is about to be sent.")

	ofServer = declare(server, "A call has been served.")
	ofClient = declare(client, "A call is over, or an attempt of it.")
)

// probes are those that servers and clients have alike.
type probes struct {
	end            *stapsdt.Probe6[uint64, string, string, codes.Code, string, time.Duration]
	traffic        *stapsdt.Probe6[uint64, string, int64, int64, int64, int64]
	received, sent *stapsdt.Probe4[uint64, string, int64, int]
}

func declare(p *stapsdt.Provider, end string) probes {
	return probes{
		end: stapsdt.MustProbe6[uint64, string, string, codes.Code, string, time.Duration](p,
			"rpc_end", "id", "method", "peer", "status", "error", "duration").
			Describe(end),
		traffic: stapsdt.MustProbe6[uint64, string, int64, int64, int64, int64](p,
			"traffic", "id", "method", "received", "received_bytes", "sent", "sent_bytes").
			Describe("A call is about to end: how many messages it had."),
		received: stapsdt.MustProbe4[uint64, string, int64, int](p,
			"received", "id", "method", "number", "bytes").
			Describe("A message has come."),
		sent: stapsdt.MustProbe4[uint64, string, int64, int](p,
			"sent", "id", "method", "number", "bytes").
			Describe("A message is sent."),
	}
}

func (p *probes) enabled() bool {
	return p.end.Enabled() || p.traffic.Enabled() || p.received.Enabled() || p.sent.Enabled()
}
