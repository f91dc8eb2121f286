package grpcprobe

import (
	"net"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/go-usdt/usdt/internal/traceparent"
)

// A call is one that is traced, or an attempt of a client.
type call struct {
	id             uint64
	method         string
	traceID        string                 // is set before the start is fired
	peer           atomic.Pointer[string] // nil before it is known
	begun          atomic.Bool
	received, sent messages
}

// connect notes who the peer is.
func (c *call) connect(peer net.Addr) {
	if peer != nil {
		text := peer.String()
		c.peer.Store(&text)
	}
}

func (c *call) peerText() string {
	if text := c.peer.Load(); text != nil {
		return *text
	}
	return ""
}

// messages counts those of a call in one direction. They come one after the other, but the end may
// come at any time.
type messages struct{ number, bytes atomic.Int64 }

// add returns the number of the message.
func (m *messages) add(length int) int64 {
	m.bytes.Add(int64(length))
	return m.number.Add(1)
}

func (h *handler) finish(c *call, e *stats.End) {
	h.open.Add(-1)
	h.traffic.Fire(c.id, c.method, c.received.number.Load(), c.received.bytes.Load(),
		c.sent.number.Load(), c.sent.bytes.Load())
	if h.end.Enabled() {
		s := status.Convert(e.Error)
		h.end.Fire(c.id, c.method, c.peerText(), s.Code(), s.Message(), e.EndTime.Sub(e.BeginTime))
	}
}

// refuse shows a call of a method that the server does not have: gRPC reports its headers, and no
// more than that it was answered.
func (h *handler) refuse(c *call) {
	h.begin(c)
	h.finish(c, &stats.End{Error: status.Error(codes.Unimplemented, "unknown method")})
}

func traceID(m metadata.MD) string { return traceparent.TraceID(m["traceparent"]) }
