//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// These tests show that usdt leaves none of the kernel's breakpoints behind: a probe that is still
// enabled after the end of usdt is so for good.

// TestShortTracing ends usdt as soon as it has attached.
func TestShortTracing(t *testing.T) {
	provider := probesFor(t, "shorttest", 8)
	for i := range 20 {
		d := fmt.Sprint(1+i%10, "ms")
		usdt := exec.Command("usdt", "count", "-p", fmt.Sprint(os.Getpid()), "-d", d, "shorttest:*")
		if out, err := usdt.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if n := enabled(provider); n > 0 {
			t.Fatalf("%d probes are still enabled", n)
		}
	}
}

// TestSignalsWhileDetaching has usdt detach for seconds, and sends one signal after the other.
func TestSignalsWhileDetaching(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const probes = 4000
	provider := probesFor(t, "manytest", probes)
	pid := fmt.Sprint(os.Getpid())
	usdt := testenv.Start(t, exec.Command("usdt", "count", "-p", pid, "manytest:*"))
	deadline := time.Now().Add(testenv.Patience)
	for ; enabled(provider) < probes; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			usdt.Kill()
			t.Fatalf("not attached: %s", usdt.Errors())
		}
	}
	// The kernel may optimize a site when it is hit. Such a site takes milliseconds to restore.
	for _, p := range provider.Probes() {
		if err := p.Fire(int64(1)); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error)
	go func() {
		_, err := usdt.Wait()
		ended <- err
	}()
	for {
		select {
		case err := <-ended: // by a signal maybe, but not before it has detached
			t.Logf("%v\n%s", err, usdt.Errors())
			if n := enabled(provider); n > 0 {
				t.Errorf("%d probes are still enabled", n)
			}
			return
		case <-time.After(100 * time.Millisecond):
			_ = usdt.Process.Signal(unix.SIGTERM) // it may have ended
		}
	}
}

// probesFor loads a provider with probes for usdt to trace.
func probesFor(t *testing.T, name string, probes int) *stapsdt.Provider {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	p := stapsdt.MustProvider(name)
	for i := range probes {
		if _, err := p.AddProbe(fmt.Sprint("probe", i), stapsdt.Int64); err != nil {
			t.Fatal(err)
		}
	}
	loadForTest(t, p)
	return p
}

// enabled returns how many probes have a tracer.
func enabled(p *stapsdt.Provider) (n int) {
	for _, probe := range p.Probes() {
		if probe.Enabled() {
			n++
		}
	}
	return n
}
