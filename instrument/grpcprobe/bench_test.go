package grpcprobe

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/test/bufconn"

	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkCall compares what gRPC reports of a unary call of a server to a handler that does
// nothing, to this one, and to this one with a counter that hears it. BenchmarkRPC has the call
// itself, beside which little of it can be measured.
func BenchmarkCall(b *testing.B) {
	b.Run("bare", func(b *testing.B) { measure(b, silent{}) })
	b.Run("untraced", func(b *testing.B) { measure(b, Server()) })
	b.Run("heard", func(b *testing.B) {
		counter, err := stapsdt.Count("grpc_server:*")
		if err != nil {
			b.Fatal(err)
		}
		defer counter.Close()
		measure(b, Server())
	})
}

type silent struct{}

func (silent) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }
func (silent) HandleRPC(context.Context, stats.RPCStats)                       {}
func (silent) HandleConn(context.Context, stats.ConnStats)                     {}
func (silent) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}

func measure(b *testing.B, h stats.Handler) {
	ctx := b.Context()
	info := &stats.RPCTagInfo{FullMethodName: service + "UnaryCall"}
	b.ReportAllocs()
	for b.Loop() {
		tagged := h.TagRPC(ctx, info)
		for _, e := range unary {
			h.HandleRPC(tagged, e)
		}
	}
}

// BenchmarkRPC compares calls of a real server without a handler, with one that does nothing, and
// with this one.
func BenchmarkRPC(b *testing.B) {
	for name, options := range map[string][]grpc.ServerOption{
		"bare":     nil,
		"silent":   {grpc.StatsHandler(silent{})},
		"untraced": {grpc.StatsHandler(Server())},
	} {
		b.Run(name, func(b *testing.B) {
			l := bufconn.Listen(1 << 16)
			g := grpc.NewServer(options...)
			healthpb.RegisterHealthServer(g, health.NewServer())
			go g.Serve(l)
			defer g.Stop()
			conn := dial(b, "passthrough:", grpc.WithContextDialer(
				func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
			c := healthpb.NewHealthClient(conn)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Check(b.Context(), &healthpb.HealthCheckRequest{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
