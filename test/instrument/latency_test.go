//go:build linux && (amd64 || arm64)

package instrument

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// latency has usdt measure PROVIDER:BASE while do runs several times. It finds the pair and its key
// by itself.
func latency(t *testing.T, pair string, do func()) {
	t.Helper()
	const times = 5
	usdt := load(t)
	child := testenv.Start(t, exec.Command(usdt, "latency", "-p", fmt.Sprint(os.Getpid()), "--json",
		pair))
	defer child.Kill()
	await(t, child, pairOf(t, pair))
	for range times {
		do()
	}
	if err := child.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	lines, err := child.Wait()
	if err != nil || len(lines) == 0 {
		t.Fatalf("%v, %q: %s", err, lines, child.Errors())
	}
	var result struct{ Count int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil {
		t.Fatal(err)
	}
	if result.Count != times {
		t.Errorf("usdt measured %d pairs, want %d: %s", result.Count, times, lines)
	}
}

// pairOf returns the probes of PROVIDER:BASE.
func pairOf(t *testing.T, pair string) (found []*stapsdt.Probe) {
	t.Helper()
	provider, base, _ := strings.Cut(pair, ":")
	for _, p := range probes(t, provider) {
		if p.Name() == base+"_start" || p.Name() == base+"_end" {
			found = append(found, p)
		}
	}
	if len(found) != 2 {
		t.Fatalf("%s is %d probes, want 2", pair, len(found))
	}
	return found
}
