//go:build linux && (amd64 || arm64)

package instrument

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/selftrace"
)

// latency has usdt measure PROVIDER:BASE while do runs several times. It finds the pair and its key
// by itself.
func latency(t *testing.T, pair string, do func()) {
	t.Helper()
	const times = 5
	command := exec.Command(selftrace.Load(t), "latency", "-p", fmt.Sprint(os.Getpid()), "--json",
		pair)
	child := selftrace.Attach(t, command,
		append(selftrace.Probes(t, pair+"_start"), selftrace.Probes(t, pair+"_end")...))
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
