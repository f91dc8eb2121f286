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

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// program is a bpftrace, in one of several versions.
type program struct {
	release string   // of Debian
	words   []string // before its arguments
}

// installed is the machine's own bpftrace.
var installed = program{machineRelease(), []string{"bpftrace"}}

func machineRelease() string {
	about, _ := os.ReadFile("/etc/os-release") // without this file, the release has no name
	match := regexp.MustCompile(`(?m)^VERSION_CODENAME=(\w+)$`).FindSubmatch(about)
	if match == nil {
		return "installed"
	}
	return string(match[1])
}

// enter runs a command in another root directory, which gets this machine's processes, kernel
// interfaces and temporary files. The mounts belong to the command, and go with it.
const enter = `for dir in /proc /sys "${TMPDIR:-/tmp}"; do
	mkdir -p "$0$dir"
	mount --rbind "$dir" "$0$dir"
done
exec chroot "$0" "$@"`

// unshare runs a command in a mount namespace of its own.
var unshare = []string{"unshare", "--mount", "--propagation", "private"}

// inChroot returns the bpftrace of another release of Debian.
func inChroot(t *testing.T, release string) program {
	t.Helper()
	return program{release,
		slices.Concat(unshare, []string{"sh", "-ec", enter, string(debian(t, release)), "bpftrace"})}
}

// debian returns the root directory of a release that test/chroot.sh made.
func debian(t *testing.T, release string) toolbox {
	t.Helper()
	needTracer(t, "unshare")
	variable := "USDT_" + strings.ToUpper(release)
	root := os.Getenv(variable)
	if root == "" {
		testenv.Lacks(t,
			fmt.Errorf("%s does not name a root directory: `make test-tracers` makes it", variable))
	}
	return toolbox(root)
}

// elsewhere returns the same bpftrace, but in another mount namespace than the traced processes.
func (p program) elsewhere() program {
	if p.words[0] == unshare[0] {
		return p
	}
	return program{p.release, slices.Concat(unshare, p.words)}
}

// everyBpftrace runs f with three versions: the installed bpftrace, that of the next release, and
// the newest.
func everyBpftrace(t *testing.T, f func(t *testing.T, p program)) {
	t.Run("installed", func(t *testing.T) {
		needTracer(t, "bpftrace")
		f(t, installed)
	})
	for _, release := range []string{"trixie", "sid"} {
		t.Run(release, func(t *testing.T) { f(t, inChroot(t, release)) })
	}
}

// bpftraceMatrix runs f with every bpftrace in every configuration.
func bpftraceMatrix(t *testing.T, f func(t *testing.T, p program, c config)) {
	everyBpftrace(t, func(t *testing.T, p program) {
		matrix(t, func(t *testing.T, c config) { f(t, p, c) })
	})
}

func (p program) command(args ...string) *exec.Cmd {
	return exec.Command(p.words[0], slices.Concat(p.words[1:], args)...)
}

// support records cells of the row of this bpftrace.
func (p program) support(t *testing.T, r row) {
	t.Helper()
	r.tool = "bpftrace (" + p.release + ")"
	r.version, _ = p.version(t)
	support(t, r)
}

// version returns the version, 0.N or 0.N.M, and N.
func (p program) version(t *testing.T) (version string, minor int) {
	t.Helper()
	printed := start(t, p.command("--version")).Output(t)
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

// seesMemory says whether this bpftrace finds probes in memory by pid. Since version 0.25 it
// skips every mapping that the kernel marks as deleted.
func (p program) seesMemory(t *testing.T) bool {
	t.Helper()
	_, minor := p.version(t)
	return minor < 25
}

// reach returns what this bpftrace needs to find a probe: byPid if the pid is enough, and
// otherwise the path of the file.
func (p program) reach(t *testing.T, app *traced, c config, probe string) string {
	t.Helper()
	if c.backing != "memfd" || p.seesMemory(t) {
		return byPid
	}
	return app.path(t, probe)
}

// adapt adapts a script to the version. Scripts give str the size of a text with its NUL, as "+
// 1". Before https://github.com/bpftrace/bpftrace/pull/3849, str added the 1 itself.
func (p program) adapt(t *testing.T, script string) string {
	t.Helper()
	if _, minor := p.version(t); minor < 23 {
		return strings.ReplaceAll(script, " + 1)", ")")
	}
	return script
}
