//go:build amd64 || arm64

package grpcprobe

import (
	"fmt"
	"os"
	"testing"

	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/go-usdt/usdt/internal/testing/selftrace"
)

func TestMain(m *testing.M) { os.Exit(selftrace.Run(m)) }

func TestDescribe(t *testing.T) {
	for _, provider := range []string{"grpc_server", "grpc_client"} {
		t.Run(provider, func(t *testing.T) { selftrace.Describe(t, provider) })
	}
}

// TestTrace has usdt trace a call.
func TestTrace(t *testing.T) {
	s, _, conn := open(t)
	tracer := selftrace.Start(t, "grpc_server:rpc_*")
	client := pb.NewTestServiceClient(conn)
	if _, err := client.UnaryCall(t.Context(), &pb.SimpleRequest{}); err != nil {
		t.Fatal(err)
	}
	call := fmt.Sprintf(`id=\d+ method="%sUnaryCall" peer="%s"`, service, <-s.called)
	tracer.Expect(t, `rpc_start `+call+` trace_id=""`,
		`rpc_end `+call+` status=0 error="" duration=\d.*`)
}
