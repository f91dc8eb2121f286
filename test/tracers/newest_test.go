//go:build linux && (amd64 || arm64)

package tracers

import (
	"errors"
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/testenv"
)

// enter runs a command in another root directory that has the processes, the kernel's interfaces and the
// temporary files of this one. The mounts are the command's own and go with it.
const enter = `for dir in /proc /sys "${TMPDIR:-/tmp}"; do
	mkdir -p "$0$dir"
	mount --rbind "$dir" "$0$dir"
done
exec chroot "$0" "$@"`

// newest returns the newest bpftrace that there is, in a root directory that test/chroot.sh made.
func newest(t *testing.T) program {
	t.Helper()
	needTracer(t, "unshare")
	root := os.Getenv("USDT_BPFTRACE_NEWEST")
	if root == "" {
		testenv.Lacks(t, errors.New("USDT_BPFTRACE_NEWEST does not name a root directory, as `test/chroot.sh sid bpftrace` prints it"))
	}
	return program{"unshare", "--mount", "--propagation", "private", "sh", "-ec", enter, root, "bpftrace"}
}

// TestNewestBpftrace holds the documentation to what it says of new versions: since 0.25, bpftrace does
// not find memory-backed files by pid, but takes them by path; it finds named files either way.
func TestNewestBpftrace(t *testing.T) {
	bpftrace := newest(t)
	blind := bpftrace.minor(t) >= 25
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		path := tg.do(t, "path none")
		bpftrace.checkList(t, tg, path, listing(path))
		if c.backing == "memfd" && blind {
			bpftrace.checkList(t, tg, byPid, nil)
			bpftrace.checkValues(t, tg, path)
		} else {
			bpftrace.checkList(t, tg, byPid, listing(path))
			bpftrace.checkValues(t, tg, byPid)
		}
	})
}
