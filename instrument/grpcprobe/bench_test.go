package grpcprobe

import (
	"context"
	"testing"

	"google.golang.org/grpc/stats"

	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkCall compares what gRPC reports of a unary call of a server to a handler that does
// nothing, to this one, and to this one with a counter that hears it. The call itself takes some
// ten thousand times as long, which would hide the difference.
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

type silent struct{ stats.Handler }

func (silent) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }
func (silent) HandleRPC(context.Context, stats.RPCStats)                       {}

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
