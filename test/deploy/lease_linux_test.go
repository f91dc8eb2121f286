package deploy

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// TestLease: the service has the lease of a file that it is attached to, which the kernel lists.
// Without the capability it traces as well, and warns.
func TestLease(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	paths := []string{unitFile}
	if !kernel.Running().Features.Multi {
		paths = append(paths, oldFile)
	}
	program := filepath.Join(t.TempDir(), "leased")
	if err := testbuild.Build(program, []string{"CGO_ENABLED=0"}, "build", "-tags=traced_embedded",
		"-ldflags=-X=main.providers=leased", "../../internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	exporter := buildExporter(t)
	for _, has := range []bool{true, false} {
		t.Run(fmt.Sprint(has), func(t *testing.T) {
			u := readUnit(t, paths...)
			if !has {
				u["AmbientCapabilities"] = slices.DeleteFunc(u.words("AmbientCapabilities"),
					func(name string) bool { return name == rights.Lease.String() })
			}
			cmd := confine(t, u, exporter,
				map[string]string{"export.yaml": "metrics:\n- probes: leased:six\n"},
				"export", "--config", "/tmp/export.yaml", "--listen", "127.0.0.1:0")
			said, address := startExporter(t, cmd)
			traced := testenv.Start(t, exec.Command(program, "-typed", "leased"))
			traced.Next(t)
			traced.Ask(t, "wait six true")
			traced.Ask(t, "fire six [1, 2, 3, 4, 5, 6]")
			await(t, address, "leased_six_total 1")
			if got := isLeased(t, program); got != has {
				t.Errorf("leased: %v, want %v:\n%s", got, has, read(t, "/proc/locks"))
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(said)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(text), "run it with CAP_LEASE"); got == has {
				t.Errorf("it warns: %v:\n%s", got, text)
			}
		})
	}
}

// isLeased tells whether somebody has a lease of a file.
func isLeased(t *testing.T, path string) bool {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	lease := regexp.MustCompile(fmt.Sprintf(`LEASE +ACTIVE +READ +\d+ [0-9a-f:]+:%d `, st.Ino))
	return lease.MatchString(read(t, "/proc/locks"))
}
