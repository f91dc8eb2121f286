//go:build linux && (amd64 || arm64)

package tracers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// toolbox is a root directory, made by test/chroot.sh, with the tracers that need compilers,
// kernel headers or daemons.
type toolbox string

func tools(t *testing.T) toolbox {
	t.Helper()
	needTracer(t, "unshare")
	root := os.Getenv("USDT_TOOLS")
	if root == "" {
		testenv.Lacks(t, errors.New("USDT_TOOLS does not name a root directory with the tracers: "+
			"`make test-tracers` makes it"))
	}
	if err := linkHeaders(root); err != nil {
		t.Fatal(err)
	}
	return toolbox(root)
}

func (b toolbox) command(args ...string) *exec.Cmd {
	return exec.Command(unshare[0],
		slices.Concat(unshare[1:], []string{"sh", "-ec", enter, string(b)}, args)...)
}

var linking sync.Mutex

// linkHeaders makes bcc and SystemTap take the kernel headers in root for those of the running
// kernel, whatever its version.
func linkHeaders(root string) error {
	linking.Lock()
	defer linking.Unlock()
	release, err := kernel.Release()
	if err != nil {
		return err
	}
	running := filepath.Join(root, "lib/modules", release)
	if _, err := os.Lstat(running); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	installed, err := filepath.Glob(filepath.Join(root, "lib/modules/*-*"))
	if err != nil || len(installed) == 0 {
		return fmt.Errorf("no kernel headers in %s (%v)", root, err)
	}
	return os.Symlink(filepath.Base(installed[0]), running)
}

// versionOf returns what the group of the expression matches in the output of the command.
func (b toolbox) versionOf(t *testing.T, expression string, args ...string) string {
	t.Helper()
	asked := start(t, b.command(args...))
	printed := asked.Output(t) + asked.Errors() // SystemTap prints its version there
	match := regexp.MustCompile(expression).FindStringSubmatch(printed)
	if match == nil {
		t.Fatalf("no version in %q", printed)
	}
	return match[1]
}

// shell runs a command of the documentation and returns its output. The words PID, PATH, PROVIDER
// and PROBE in the command are replaced by those of the traced process.
func (b toolbox) shell(t *testing.T, app *traced, probe, command string) string {
	t.Helper()
	command = strings.NewReplacer("PID", strconv.Itoa(app.PID()), "PATH", app.path(t, probe),
		"PROVIDER", app.provider, "PROBE", probe).Replace(command)
	return start(t, b.command("sh", "-c", command)).Output(t)
}

// sixArgs are arguments of the probe six that show sizes and signs. sixPrinted is how tools print
// them.
var sixArgs = []any{uint64(1<<64 - 1), -128, 65535, -1 << 31, -1 << 15, -1 << 63}

const sixPrinted = "18446744073709551615 -128 65535 -2147483648 -32768 -9223372036854775808"
