package grpcprobe

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// injector is a handler that adds a trace id to calls, as that of OpenTelemetry does.
type injector struct{ stats.Handler }

const traced = "4bf92f3577b34da6a3ce929d0e0e4736"

func (injector) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "traceparent", "00-"+traced+"-00f067aa0ba902b7-01")
}
func (injector) HandleRPC(context.Context, stats.RPCStats) {}

// TestTraceID: both sides have the trace id, also if a handler adds it that comes after this one.
func TestTraceID(t *testing.T) {
	_, address, _ := open(t)
	conn := dial(t, address, grpc.WithStatsHandler(Client()),
		grpc.WithStatsHandler(injector{Client()}))
	r := stapsdttest.Record(t, serverStart, clientStart)
	_, err := pb.NewTestServiceClient(conn).UnaryCall(t.Context(), &pb.SimpleRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Wait(2) {
		if got := e.Args[len(e.Args)-1]; got != traced {
			t.Errorf("%v has the trace id %q", e, got)
		}
	}
}

// TestAttempts: a call that the client tries again is two at both sides.
func TestAttempts(t *testing.T) {
	_, _, conn := open(t, grpc.WithDefaultServiceConfig(`{"methodConfig": [{"name": [{}],
		"retryPolicy": {"maxAttempts": 2, "initialBackoff": "0.001s", "maxBackoff": "0.001s",
		"backoffMultiplier": 1, "retryableStatusCodes": ["ABORTED"]}}]}`))
	r := stapsdttest.Record(t, ofServer.end, ofClient.end)
	_, err := pb.NewTestServiceClient(conn).UnaryCall(t.Context(), &pb.SimpleRequest{
		ResponseStatus: &pb.EchoStatus{Code: int32(codes.Aborted)}})
	if err == nil {
		t.Fatal("it was to fail")
	}
	ids := make(map[any]bool)
	for _, e := range r.Wait(4) {
		ids[e.Args[0]] = true
		if e.Args[3] != codes.Aborted {
			t.Errorf("%v has another status", e)
		}
	}
	if len(ids) != 4 {
		t.Errorf("ids %v, want four", ids)
	}
}

// TestDuration: the duration of a client's call is within what its caller measures.
func TestDuration(t *testing.T) {
	_, _, conn := open(t)
	r := stapsdttest.Record(t, ofClient.end)
	began := time.Now()
	_, err := pb.NewTestServiceClient(conn).UnaryCall(t.Context(), &pb.SimpleRequest{})
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Wait(1)[0].Args[5].(time.Duration); got <= 0 || got > took {
		t.Errorf("got %v, the caller measured %v", got, took)
	}
}

// TestBegunBefore: a call that had begun before it was traced is not seen.
func TestBegunBefore(t *testing.T) {
	_, _, conn := open(t)
	stream, err := pb.NewTestServiceClient(conn).FullDuplexCall(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, stream, 0)
	r := stapsdttest.Record(t, client)
	exchange(t, stream, 0)
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Fatal(err)
	}
	r.Want()
	if got := clients.open.Load(); got != 0 {
		t.Errorf("%d calls are open", got)
	}
}

// unary is what gRPC reports of a unary call of a server.
var unary = []stats.RPCStats{&stats.InHeader{RemoteAddr: &net.TCPAddr{}}, &stats.Begin{},
	&stats.InPayload{}, &stats.OutHeader{}, &stats.OutPayload{}, &stats.OutTrailer{}, &stats.End{}}

// TestUntraced: contexts stay as they are, and nothing is allocated.
func TestUntraced(t *testing.T) {
	ctx := t.Context()
	info := &stats.RPCTagInfo{FullMethodName: service + "UnaryCall"}
	for _, h := range []stats.Handler{Server(), Client()} {
		allocations := testing.AllocsPerRun(100, func() {
			if h.TagRPC(ctx, info) != ctx {
				t.Error("the context is another")
			}
			for _, e := range unary {
				h.HandleRPC(ctx, e)
			}
		})
		if allocations != 0 {
			t.Errorf("%v allocations", allocations)
		}
	}
}
