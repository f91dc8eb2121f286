//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/launch"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

const launchTest = "execute-command"

// Initialization runs on the main thread.
func init() {
	if len(os.Args) == 3 && os.Args[1] == launchTest {
		socket, _ := strconv.Atoi(os.Args[2])
		launch.Serve(socket)
		os.Exit(1)
	}
}

// TestLaunch attaches to a process before it executes the file with the probe.
func TestLaunch(t *testing.T) {
	path := formsProgram(t, runtime.GOARCH)
	probe := formsProbe(t, path)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		cmd := exec.Command("/proc/self/exe", launchTest)
		cmd.Stdin = strings.NewReader("\n") // to fire once
		l, err := launch.Prepare(cmd, launch.Plan{Path: path, Args: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		o.PID = l.PID()
		counter, err := uprobe.Count([]uprobe.Probe{probe}, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		if err := l.Go(); err != nil {
			t.Fatal(err)
		}
		if status, err := l.Wait(); err != nil || status != 0 {
			t.Fatalf("status %#x, %v", status, err)
		}
		if hits, err := counter.Read(); err != nil || hits[0] != 1 {
			t.Errorf("%d hits, want 1; %v", hits[0], err)
		}
	})
}
