//go:build amd64 || arm64

package otelprobe

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

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/go-usdt/usdt/internal/testing/document"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var update = flag.Bool("update", false, "write the table of probes into docs/instrument.md")

// TestUsdt has usdt describe the probes of this process, as docs/instrument.md has them, and trace
// a span.
func TestUsdt(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	if err := provider.Load(); err != nil {
		t.Fatal(err)
	}
	defer provider.Unload()
	usdt := filepath.Join(t.TempDir(), "usdt")
	build := exec.Command("go", "build", "-C", "../..", "-o", usdt, "./cmd/usdt")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pid := fmt.Sprint(os.Getpid())
	t.Run("describe", func(t *testing.T) { describe(t, usdt, pid) })
	t.Run("trace", func(t *testing.T) { traceSpan(t, usdt, pid) })
}

func describe(t *testing.T, usdt, pid string) {
	const page = "../../docs/instrument.md"
	out, err := exec.Command(usdt, "describe", "-p", pid, "--markdown", "otel:*").Output()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := document.Replace(page, "otel", string(out)); err != nil {
			t.Fatal(err)
		}
	}
	table, err := document.Section(page, "otel")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out)), strings.TrimSpace(table); got != want {
		t.Errorf("usdt describes\n%s\nthe page has\n%s", got, want)
	}
}

func traceSpan(t *testing.T, usdt, pid string) {
	child := testenv.Start(t, exec.Command(usdt, "trace", "-p", pid, "otel:*"))
	defer child.Kill()
	deadline := time.Now().Add(testenv.Patience)
	for !spanStart.Traced() || !spanEnd.Traced() {
		if time.Now().After(deadline) {
			child.Kill()
			t.Fatalf("usdt does not trace: %s", child.Errors())
		}
		time.Sleep(time.Millisecond)
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(New()))
	_, span := tracers.Tracer("test").Start(t.Context(), "pay")
	span.End()
	id := span.SpanContext()
	for _, want := range []string{
		fmt.Sprintf(`otel:span_start id=%d trace_id="%s" span_id="%s" parent_id="" name="pay"`,
			key(id), id.TraceID(), id.SpanID()),
		fmt.Sprintf(`otel:span_end id=%d trace_id="%s" name="pay" status="Unset" duration=\d.*`,
			key(id), id.TraceID()),
	} {
		if got := child.Next(t); !regexp.MustCompile(" " + want + "$").MatchString(got) {
			t.Errorf("usdt printed %q, want %q", got, want)
		}
	}
}
