//go:build linux && (amd64 || arm64)

// Package instrument has usdt and bpftrace read the probes of the packages in instrument/ from a
// live process, which is this test, and compares the page about them with what usdt describes.
package instrument

import (
	"os"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/selftrace"
)

// providers are those of the packages in instrument/.
var providers = []string{"slog", "http_server", "http_client", "checkout", "shop", "go", "sql"}

// goroutines is how many run when all packages are initialized.
var goroutines = runtime.NumGoroutine()

func TestNoGoroutines(t *testing.T) {
	if goroutines != 1 {
		t.Errorf("%d goroutines run before main, want 1", goroutines)
	}
}

func TestMain(m *testing.M) { os.Exit(selftrace.Run(m)) }

// trace has usdt trace the probes that match while do runs, and compares what it prints.
func trace(t *testing.T, pattern string, do func(), want ...string) {
	t.Helper()
	tracer := selftrace.Start(t, pattern)
	do()
	tracer.Expect(t, want...)
}
