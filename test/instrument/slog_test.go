//go:build linux && (amd64 || arm64)

package instrument

import (
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/instrument/slogprobe"
	"github.com/go-usdt/usdt/internal/testing/selftrace"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestSlog(t *testing.T) {
	log := slog.New(slogprobe.New(slog.DiscardHandler))
	trace(t, "slog:*", func() {
		log.With("customer", "Ada").Debug("found", "cents", 390)
		log.Error("lost")
	},
		`record level=-4 message="found" attrs="customer=Ada cents=390" source=".*/slog_test\.go:21"`,
		`record level=8 message="lost" attrs="" source=".*/slog_test\.go:22"`)
}

// TestSlogByBpftrace: another tracer reads the debug records of a live process.
func TestSlogByBpftrace(t *testing.T) {
	bpftrace := testenv.Tool(t, "bpftrace")
	selftrace.Load(t)
	record := selftrace.Probes(t, "slog:record")[0]
	tracer := selftrace.Attach(t, exec.Command(bpftrace, "-e", "usdt:"+record.Path()+
		`:slog:record /(int64)arg0 < 0/ { printf("%d %s %s|\n", arg0, str(arg1), str(arg2)); }`),
		[]*stapsdt.Probe{record})
	if first := tracer.Next(t); !strings.HasPrefix(first, "Attach") {
		t.Fatalf("bpftrace printed %q", first)
	}
	log := slog.New(slogprobe.New(slog.DiscardHandler))
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	overdue := time.After(testenv.Patience)
	for { // bpftrace changes the site some time before it gets the events
		log.Info("order placed")
		log.Debug("price found", "cents", 390)
		select {
		case got := <-tracer.Lines():
			if want := "-4 price found cents=390|"; got != want {
				t.Errorf("bpftrace printed %q, want %q", got, want)
			}
			return
		case <-again.C:
		case <-overdue:
			t.Fatalf("bpftrace printed nothing in %v", testenv.Patience)
		}
	}
}
