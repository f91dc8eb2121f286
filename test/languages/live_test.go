//go:build linux && (amd64 || arm64)

package languages

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// enter runs a command in another root directory, which gets processes and temporary files of its
// own. The mounts go with the command.
const enter = `mount -t proc proc "$0/proc"
mount -t tmpfs tmpfs "$0/tmp"
mount -t tmpfs tmpfs "$0/dev/shm"
exec chroot "$0" "$@"`

// inside starts a shell command in Debian's root directory. What it executes is the process.
func inside(t *testing.T, command string) *testenv.Child {
	t.Helper()
	root := debian(t)
	return testenv.Start(t, exec.Command(testenv.Tool(t, "unshare"), "--mount", "--propagation",
		"private", "sh", "-ec", enter, root, "sh", "-ec", command))
}

// build returns the path of the command.
var build = sync.OnceValues(func() (path string, err error) {
	dir, err := filepath.Abs("../..")
	path = filepath.Join(directory, "usdt")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/usdt")
	cmd.Dir = dir
	if err == nil {
		err = cmd.Run()
	}
	return path, err
})

// A tracing is a live usdt trace.
type tracing struct{ *testenv.Child }

// trace traces probes of a process, and returns when it is attached.
func trace(t *testing.T, of *testenv.Child, args ...string) tracing {
	t.Helper()
	return tracePID(t, of.PID(), args...)
}

// tracePID does the same for a process that has a child started.
func tracePID(t *testing.T, pid int, args ...string) tracing {
	t.Helper()
	usdt, err := build()
	if err != nil {
		t.Fatal(err)
	}
	args = slices.Concat([]string{"-c", `exec "$0" "$@" 2>&1`, usdt, "trace", "-p",
		strconv.Itoa(pid)}, args)
	tr := tracing{testenv.Start(t, exec.Command("sh", args...))}
	tr.await(t, "^usdt: tracing ")
	return tr
}

// await reads lines until one matches, and returns it.
func (tr tracing) await(t *testing.T, expression string) string {
	t.Helper()
	want := regexp.MustCompile(expression)
	for {
		line := tr.Next(t)
		if strings.HasPrefix(line, "usdt: ") || want.MatchString(line) {
			t.Log(line)
		}
		if want.MatchString(line) {
			return line
		}
	}
}

// end detaches. SIGINT would be ignored if this test was started in the background.
func (tr tracing) end(t *testing.T) {
	t.Helper()
	if err := tr.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Wait(); err != nil {
		t.Errorf("usdt trace: %v", err)
	}
}
