//go:build amd64 || arm64

package grpcprobe

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/go-usdt/usdt/internal/testing/document"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

var update = flag.Bool("update", false, "write the tables of probes into docs/instrument.md")

// TestUsdt has usdt describe the probes of this process, as docs/instrument.md has them, and trace
// a call.
func TestUsdt(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	for _, p := range []*stapsdt.Provider{server, client} {
		if err := p.Load(); err != nil {
			t.Fatal(err)
		}
		defer p.Unload()
	}
	usdt := filepath.Join(t.TempDir(), "usdt")
	build := exec.Command("go", "build", "-C", "../..", "-o", usdt, "./cmd/usdt")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pid := fmt.Sprint(os.Getpid())
	for _, provider := range []string{"grpc_server", "grpc_client"} {
		t.Run(provider, func(t *testing.T) { describe(t, usdt, pid, provider) })
	}
	t.Run("trace", func(t *testing.T) { traceCall(t, usdt, pid) })
}

func describe(t *testing.T, usdt, pid, provider string) {
	const page = "../../docs/instrument.md"
	out, err := exec.Command(usdt, "describe", "-p", pid, "--markdown", provider+":*").Output()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := document.Replace(page, provider, string(out)); err != nil {
			t.Fatal(err)
		}
	}
	table, err := document.Section(page, provider)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out)), strings.TrimSpace(table); got != want {
		t.Errorf("usdt describes\n%s\nthe page has\n%s", got, want)
	}
}

func traceCall(t *testing.T, usdt, pid string) {
	s, _, conn := open(t)
	child := testenv.Start(t, exec.Command(usdt, "trace", "-p", pid, "grpc_server:rpc_*"))
	defer child.Kill()
	deadline := time.Now().Add(testenv.Patience)
	for !serverStart.Traced() || !ofServer.end.Traced() {
		if time.Now().After(deadline) {
			child.Kill()
			t.Fatalf("usdt does not trace: %s", child.Errors())
		}
		time.Sleep(time.Millisecond)
	}
	client := pb.NewTestServiceClient(conn)
	if _, err := client.UnaryCall(t.Context(), &pb.SimpleRequest{}); err != nil {
		t.Fatal(err)
	}
	call := fmt.Sprintf(`id=\d+ method="%sUnaryCall" peer="%s"`, service, <-s.called)
	for _, want := range []string{
		`grpc_server:rpc_start ` + call + ` trace_id=""`,
		`grpc_server:rpc_end ` + call + ` status=0 error="" duration=\d.*`,
	} {
		if got := child.Next(t); !regexp.MustCompile(" " + want + "$").MatchString(got) {
			t.Errorf("usdt printed %q, want %q", got, want)
		}
	}
}
