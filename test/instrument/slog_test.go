//go:build linux && (amd64 || arm64)

package instrument

import (
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/instrument/slogprobe"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestSlog(t *testing.T) {
	log := slog.New(slogprobe.New(slog.DiscardHandler))
	trace(t, "slog:*", func() {
		log.With("customer", "Ada").Debug("found", "cents", 390)
		log.Error("lost")
	},
		`record level=-4 message="found" attrs="customer=Ada cents=390" source=".*/slog_test\.go:18"`,
		`record level=8 message="lost" attrs="" source=".*/slog_test\.go:19"`)
}

// TestSlogByBpftrace: another tracer reads the debug records of a live process.
func TestSlogByBpftrace(t *testing.T) {
	bpftrace := testenv.Tool(t, "bpftrace")
	load(t)
	record := probes(t, "slog:record")[0]
	tracer := testenv.Start(t, exec.Command(bpftrace, "-e", "usdt:"+record.Path()+
		`:slog:record /(int64)arg0 < 0/ { printf("%d %s %s|\n", arg0, str(arg1), str(arg2)); }`))
	defer tracer.Kill()
	if first := tracer.Next(t); !strings.HasPrefix(first, "Attach") {
		t.Fatalf("bpftrace printed %q", first)
	}
	await(t, tracer, probes(t, "slog:record"))
	log := slog.New(slogprobe.New(slog.DiscardHandler))
	log.Info("order placed")
	log.Debug("price found", "cents", 390)
	if got, want := tracer.Next(t), "-4 price found cents=390|"; got != want {
		t.Errorf("bpftrace printed %q, want %q", got, want)
	}
}
