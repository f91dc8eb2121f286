package grpcprobe

import (
	"context"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// A judged call is what the test itself knows of a call.
type judged struct {
	method string
	client string // its address, as the service knows it
	server string
	err    error // what the client's caller gets
}

// ended returns the last events of a call whose messages have these sizes.
func (j judged) ended(p *probes, id any, peer string, received, sent []int) []stapsdttest.Event {
	s := status.Convert(j.err)
	return []stapsdttest.Event{
		stapsdttest.Fired(p.traffic, id, j.method, len(received), sum(received), len(sent), sum(sent)),
		stapsdttest.Fired(p.end, id, j.method, peer, s.Code(), s.Message(), stapsdttest.Any),
	}
}

func sum(sizes []int) (total int) {
	for _, size := range sizes {
		total += size
	}
	return total
}

// check compares the events of a call. Messages go up to the server, and down again, in turn.
func (j judged) check(atServer, atClient *stapsdttest.Recorder, up, down []int) {
	messages := len(up) + len(down)
	id := atServer.Wait(messages + 3)[0].Args[0]
	want := []stapsdttest.Event{stapsdttest.Fired(serverStart, id, j.method, j.client, "")}
	want = append(want, alternate(ofServer.received, ofServer.sent, id, j.method, up, down)...)
	atServer.Want(append(want, j.ended(&ofServer, id, j.client, up, down)...)...)

	id = atClient.Wait(messages + 3)[0].Args[0]
	want = []stapsdttest.Event{stapsdttest.Fired(clientStart, id, j.method, "")}
	want = append(want, alternate(ofClient.sent, ofClient.received, id, j.method, up, down)...)
	atClient.Want(append(want, j.ended(&ofClient, id, j.server, down, up)...)...)
}

type messageProbe = *stapsdt.Probe4[uint64, string, int64, int]

func alternate(upwards, downwards messageProbe, id any, method string, up, down []int) (
	events []stapsdttest.Event) {
	for i := range up {
		events = append(events, stapsdttest.Fired(upwards, id, method, i+1, up[i]))
		if i < len(down) {
			events = append(events, stapsdttest.Fired(downwards, id, method, i+1, down[i]))
		}
	}
	return events
}

// TestUnary: calls that succeed and that fail are seen by server and client, and the messages have
// the sizes that the protocol's own package computes.
func TestUnary(t *testing.T) {
	s, address, conn := open(t)
	for name, request := range map[string]*pb.SimpleRequest{
		"empty": {},
		"large": {ResponseSize: 100_000, Payload: &pb.Payload{Body: make([]byte, 70_000)}},
		"fails": {ResponseStatus: &pb.EchoStatus{Code: int32(codes.NotFound), Message: "no cup"}},
	} {
		t.Run(name, func(t *testing.T) {
			atServer, atClient := stapsdttest.Record(t, server), stapsdttest.Record(t, client)
			answer, err := pb.NewTestServiceClient(conn).UnaryCall(t.Context(), request)
			var down []int
			if err == nil {
				down = []int{proto.Size(answer)}
			}
			if want := request.ResponseStatus; want.GetCode() != int32(status.Code(err)) {
				t.Fatalf("got %v, want %v", err, want)
			}
			j := judged{service + "UnaryCall", <-s.called, address, err}
			j.check(atServer, atClient, []int{proto.Size(request)}, down)
		})
	}
}

// TestStream: so are streams, message by message, and those that are cancelled.
func TestStream(t *testing.T) {
	s, address, conn := open(t)
	for name, isCancelled := range map[string]bool{"whole": false, "cancelled": true} {
		t.Run(name, func(t *testing.T) {
			atServer, atClient := stapsdttest.Record(t, server), stapsdttest.Record(t, client)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stream, err := pb.NewTestServiceClient(conn).FullDuplexCall(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var up, down []int
			for size := range 3 {
				u, d := exchange(t, stream, size*1000)
				up, down = append(up, u), append(down, d)
			}
			if isCancelled {
				cancel()
			} else if err := stream.CloseSend(); err != nil {
				t.Fatal(err)
			}
			if _, err = stream.Recv(); err == io.EOF {
				err = nil
			}
			if got := status.Code(err) == codes.Canceled; got != isCancelled {
				t.Fatal(err)
			}
			judged{service + "FullDuplexCall", <-s.called, address, err}.check(atServer, atClient, up, down)
		})
	}
}

type echoClient = grpc.BidiStreamingClient[
	pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]

// exchange sends a message and receives the answer, and returns how long both are.
func exchange(t *testing.T, stream echoClient, size int) (up, down int) {
	t.Helper()
	request := &pb.StreamingOutputCallRequest{Payload: &pb.Payload{Body: make([]byte, size)}}
	if err := stream.Send(request); err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return proto.Size(request), proto.Size(answer)
}

// TestCancelled: a unary call that the client cancels ends on both sides.
func TestCancelled(t *testing.T) {
	s, address, conn := open(t)
	atServer, atClient := stapsdttest.Record(t, server), stapsdttest.Record(t, client)
	ctx, cancel := context.WithCancel(t.Context())
	var from string
	go func() {
		from = <-s.called
		cancel()
	}()
	request := &pb.SimpleRequest{FillUsername: true}
	_, err := pb.NewTestServiceClient(conn).UnaryCall(ctx, request)
	<-ctx.Done()
	j := judged{service + "UnaryCall", from, address, err}
	j.check(atServer, atClient, []int{proto.Size(request)}, nil)
}

// expiring is a context whose time is up when the channel is closed, after a call has begun.
type expiring struct {
	context.Context
	up chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.up }
func (e expiring) Err() error {
	select {
	case <-e.up:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestFailed: calls end that reach no server, and those whose time is up.
func TestFailed(t *testing.T) {
	s, address, conn := open(t)
	ctx := expiring{t.Context(), make(chan struct{})}
	go func() {
		<-s.called
		close(ctx.up)
	}()
	for _, test := range []struct {
		conn *grpc.ClientConn
		ctx  context.Context
		code codes.Code
	}{
		{dial(t, "127.0.0.1:0", grpc.WithStatsHandler(Client())), t.Context(), codes.Unavailable},
		{conn, ctx, codes.DeadlineExceeded},
	} {
		r := stapsdttest.Record(t, clientStart, ofClient.end)
		request := &pb.SimpleRequest{FillUsername: true}
		_, err := pb.NewTestServiceClient(test.conn).UnaryCall(test.ctx, request)
		if status.Code(err) != test.code {
			t.Fatalf("got %v, want %v", err, test.code)
		}
		events := r.Wait(2)
		id, peer := events[0].Args[0], events[1].Args[2]
		if peer != "" && peer != address {
			t.Errorf("the peer is %q", peer)
		}
		r.Want(stapsdttest.Fired(clientStart, id, service+"UnaryCall", ""),
			stapsdttest.Fired(ofClient.end, id, service+"UnaryCall", peer, test.code,
				status.Convert(err).Message(), stapsdttest.Any))
	}
}

// TestUnknown: a server shows calls of methods that it does not have.
func TestUnknown(t *testing.T) {
	_, _, conn := open(t)
	r := stapsdttest.Record(t, server)
	err := conn.Invoke(t.Context(), service+"Missing", &pb.Empty{}, &pb.Empty{})
	if status.Code(err) != codes.Unimplemented {
		t.Fatal(err)
	}
	start := r.Wait(3)[0].Args
	id, from := start[0], start[2]
	r.Want(stapsdttest.Fired(serverStart, id, service+"Missing", from, ""),
		stapsdttest.Fired(ofServer.traffic, id, service+"Missing", 0, 0, 0, 0),
		stapsdttest.Fired(ofServer.end, id, service+"Missing", from, codes.Unimplemented,
			"unknown method", 0))
}
