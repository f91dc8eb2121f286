package grpcprobe

import (
	"context"
	"io"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

const service = "/grpc.testing.TestService/"

// shop is a service that notes who calls.
type shop struct {
	pb.UnimplementedTestServiceServer
	called chan string // gets the address of each client
}

func (s *shop) note(ctx context.Context) {
	who, _ := peer.FromContext(ctx)
	s.called <- who.Addr.String()
}

// UnaryCall answers with as many bytes as are asked for, or the status that is asked for. If asked
// to fill the username, it waits for the end of the call.
func (s *shop) UnaryCall(ctx context.Context, r *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	s.note(ctx)
	if r.FillUsername {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if want := r.ResponseStatus; want != nil {
		return nil, status.Error(codes.Code(want.Code), want.Message)
	}
	return &pb.SimpleResponse{Payload: &pb.Payload{Body: make([]byte, r.ResponseSize)}}, nil
}

// FullDuplexCall answers each request with its payload.
func (s *shop) FullDuplexCall(stream echoServer) error {
	s.note(stream.Context())
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: request.Payload}); err != nil {
			return err
		}
	}
}

type echoServer = grpc.BidiStreamingServer[
	pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]

// open starts a shop, and returns it with its address and a client.
func open(t testing.TB, options ...grpc.DialOption) (*shop, string, *grpc.ClientConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{called: make(chan string, 8)}
	g := grpc.NewServer(grpc.StatsHandler(Server()))
	pb.RegisterTestServiceServer(g, s)
	go g.Serve(l) // until it is stopped
	t.Cleanup(g.Stop)
	address := l.Addr().String()
	return s, address, dial(t, address, append(options, grpc.WithStatsHandler(Client()))...)
}

func dial(t testing.TB, address string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	conn, err := grpc.NewClient(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
