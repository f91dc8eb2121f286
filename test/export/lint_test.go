//go:build linux && (amd64 || arm64)

package export

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestLint has Debian's promtool look at all that the exporter serves.
func TestLint(t *testing.T) {
	s := startShop(t)
	e := startExporter(t)
	e.reach(t, s)
	_, body := e.get(t, "/metrics")
	promtool := exec.Command(testenv.Tool(t, "promtool"), "check", "metrics")
	promtool.Stdin = strings.NewReader(body)
	if out, err := promtool.CombinedOutput(); err != nil || len(out) != 0 {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}
