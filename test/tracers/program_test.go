//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testenv"
)

// program is how to run a bpftrace: the words before its arguments.
type program []string

// installed is the machine's own bpftrace.
var installed = program{"bpftrace"}

// enter runs a command in another root directory that has the processes, the kernel's interfaces and the
// temporary files of this one. The mounts are the command's own and go with it.
const enter = `for dir in /proc /sys "${TMPDIR:-/tmp}"; do
	mkdir -p "$0$dir"
	mount --rbind "$dir" "$0$dir"
done
exec chroot "$0" "$@"`

// unshare runs a command in a mount namespace of its own.
var unshare = []string{"unshare", "--mount", "--propagation", "private"}

// inChroot returns the bpftrace of another release of Debian, in a root directory that test/chroot.sh made.
func inChroot(t *testing.T, release string) program {
	t.Helper()
	needTracer(t, "unshare")
	variable := "USDT_BPFTRACE_" + strings.ToUpper(release)
	root := os.Getenv(variable)
	if root == "" {
		testenv.Lacks(t, fmt.Errorf("%s does not name a root directory, as `test/chroot.sh %s bpftrace` prints it", variable, release))
	}
	return slices.Concat(unshare, program{"sh", "-ec", enter, root, "bpftrace"})
}

// everyBpftrace runs f with the installed bpftrace, the one after and the newest, in every configuration.
func everyBpftrace(t *testing.T, f func(t *testing.T, p program, c config)) {
	t.Run("installed", func(t *testing.T) {
		needTracer(t, "bpftrace")
		matrix(t, func(t *testing.T, c config) { f(t, installed, c) })
	})
	for _, release := range []string{"trixie", "sid"} {
		t.Run(release, func(t *testing.T) {
			p := inChroot(t, release)
			matrix(t, func(t *testing.T, c config) { f(t, p, c) })
		})
	}
}

func (p program) command(args ...string) *exec.Cmd {
	return exec.Command(p[0], slices.Concat(p[1:], args)...)
}

// version returns the version, and the N of version 0.N.
func (p program) version(t *testing.T) (version string, minor int) {
	t.Helper()
	printed := start(t, p.command("--version")).output(t)
	match := regexp.MustCompile(`^bpftrace v(0\.(\d+)\S*)`).FindStringSubmatch(printed)
	if match == nil {
		t.Fatalf("no version in %q", printed)
	}
	minor, err := strconv.Atoi(match[2])
	if err != nil {
		t.Fatal(err)
	}
	return match[1], minor
}

// seesMemory tells whether this bpftrace finds memory-backed files by pid. Since 0.25 it skips every mapping
// that the kernel marks as deleted.
func (p program) seesMemory(t *testing.T) bool {
	t.Helper()
	_, minor := p.version(t)
	return minor < 25
}

// reach returns what to give this bpftrace to find a probe: nothing but the pid where that is enough, else its
// file.
func (p program) reach(t *testing.T, tg *target, c config, probe string) string {
	t.Helper()
	if c.backing == "file" || p.seesMemory(t) {
		return byPid
	}
	return tg.do(t, "path "+probe)
}

// adapt adapts a script to the version. Where str takes the size of a text with its NUL, the script says
// "+ 1"; before https://github.com/bpftrace/bpftrace/pull/3849, str added that itself.
func (p program) adapt(t *testing.T, script string) string {
	t.Helper()
	if _, minor := p.version(t); minor < 23 {
		return strings.ReplaceAll(script, " + 1)", ")")
	}
	return script
}
