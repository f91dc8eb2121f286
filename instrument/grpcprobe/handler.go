package grpcprobe

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"

	"github.com/go-usdt/usdt/instrument/internal/pair"
	"github.com/go-usdt/usdt/stapsdt"
)

// A handler is that of all servers, or of all clients. It is also the key of its calls in contexts,
// which a server may pass on to a client.
type handler struct {
	*probes
	start *stapsdt.Probe
	begin func(*call)
	// open counts the traced calls, and those that gRPC never reports an end of.
	open atomic.Int64
}

var (
	servers = &handler{probes: &ofServer, start: &serverStart.Probe, begin: func(c *call) {
		serverStart.Fire(c.id, c.method, c.peerText(), c.traceID)
	}}
	clients = &handler{probes: &ofClient, start: &clientStart.Probe, begin: func(c *call) {
		clientStart.Fire(c.id, c.method, c.traceID)
	}}
)

// Server returns the handler that fires the probes of grpc_server, for [grpc.StatsHandler]. It is
// the same for all servers, each of which is given it once.
func Server() stats.Handler { return servers }

// Client returns the handler that fires the probes of grpc_client, for [grpc.WithStatsHandler]. It
// is the same for all clients, each of which is given it once.
func Client() stats.Handler { return clients }

// TagRPC puts the call into its context, if it is traced.
func (h *handler) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	if !h.start.Enabled() && !h.enabled() {
		return ctx
	}
	h.open.Add(1)
	return context.WithValue(ctx, h, &call{id: pair.NewKey(), method: info.FullMethodName})
}

// HandleRPC fires what has happened to a call. gRPC calls it for a stream from several goroutines.
func (h *handler) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if h.open.Load() == 0 { // so no context need be searched
		return
	}
	c, ok := ctx.Value(h).(*call)
	if !ok {
		return
	}
	switch e := event.(type) {
	case *stats.InHeader:
		if !e.Client {
			c.connect(e.RemoteAddr)
			c.traceID = traceID(e.Header)
		}
	case *stats.OutHeader:
		if e.Client {
			c.connect(e.RemoteAddr)
		}
	case *stats.Begin:
		if e.Client { // all other handlers have tagged the context
			sent, _ := metadata.FromOutgoingContext(ctx)
			c.traceID = traceID(sent)
		}
		c.begun.Store(true)
		h.begin(c)
	case *stats.InPayload:
		h.received.Fire(c.id, c.method, c.received.add(e.Length), e.Length)
	case *stats.OutPayload:
		h.sent.Fire(c.id, c.method, c.sent.add(e.Length), e.Length)
	case *stats.OutTrailer:
		if !e.Client && !c.begun.Load() {
			h.refuse(c)
		}
	case *stats.End:
		h.finish(c, e)
	}
}

// TagConn returns the context as it is.
func (h *handler) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing: connections have no probes.
func (h *handler) HandleConn(context.Context, stats.ConnStats) {}
