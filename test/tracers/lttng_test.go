//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

const lttngEnable = "lttng enable-event --kernel --userspace-probe=sdt:PATH:PROVIDER:PROBE PROBE"

// lttngSession runs a session daemon of its own, which ends with it. The daemon may close the
// connection before it has read all of a request that it refuses. This kills the client by
// SIGPIPE (141). The request is then repeated.
const lttngSession = `export LTTNG_HOME="$(mktemp -d)"
trap 'rm -rf "$LTTNG_HOME"' EXIT
lttng-sessiond --daemonize
daemon=$(cat /var/run/lttng/lttng-sessiond.pid)
trap 'kill $daemon; tail --pid=$daemon -s 0.1 -f /dev/null; rm -rf "$LTTNG_HOME"' EXIT
lttng create tracers --output="$LTTNG_HOME/trace"
while answer=$(%s 2>&1); [ $? -eq 141 ]; do :; done
echo "$answer"
lttng destroy tracers
`

func lttngRow(t *testing.T, lttng toolbox) row {
	t.Helper()
	return row{
		tool:       "LTTng (its reader of files)",
		version:    lttng.versionOf(t, `Trace Control\) (\S+)`, "lttng", "--version"),
		memfdByPid: "by path",
		fileByPid:  "by path",
		arguments:  "none",
		command:    lttngEnable,
	}
}

// TestLTTngEnable asks LTTng to trace a probe. Where LTTng cannot, only its kernel modules are
// missing.
func TestLTTngEnable(t *testing.T) {
	lttng := tools(t)
	needDocumented(t,
		strings.NewReplacer("PROVIDER", "shop", "PROBE", "order_start").Replace(lttngEnable))
	app := startTraced(t, config{variants[0], "file"})
	printed := lttng.shell(t, app, "six", fmt.Sprintf(lttngSession, lttngEnable))
	missing := "Error: Event six: Kernel tracer not available (channel channel0, session tracers)\n"
	enabled := regexp.MustCompile(`(?m)^Kernel event six created in channel channel0$`)
	if !strings.Contains(printed, missing) && !enabled.MatchString(printed) {
		t.Errorf("lttng printed neither %q nor that it is enabled:\n%s", missing, printed)
	}
	support(t, lttngRow(t, lttng))
}

// lttngOffsets calls LTTng's library to read an ELF file as enable-event does, and prints the
// offsets of each probe.
const lttngOffsets = `
import ctypes, os, sys
lttng = ctypes.CDLL("liblttng-ctl.so.0")
file = os.open(sys.argv[1], os.O_RDONLY)
for name in sys.argv[2:]:
    offsets, count = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint32()
    if lttng.lttng_elf_get_sdt_probe_offsets(
            file, b"traced", name.encode(), ctypes.byref(offsets), ctypes.byref(count)):
        sys.exit("LTTng cannot read " + sys.argv[1])
    print(name, *[hex(offsets[i]) for i in range(count.value)])
`

// TestLTTngReads compares the offsets that LTTng finds with readelf's.
func TestLTTngReads(t *testing.T) {
	lttng := tools(t)
	matrix(t, func(t *testing.T, c config) {
		path := startTraced(t, c).path(t, "none")
		args := append([]string{"python3", "-c", lttngOffsets, path}, names...)
		var want strings.Builder
		for _, name := range names {
			fmt.Fprintln(&want, name, fileOffset(t, path, location(t, path, name)))
		}
		check(t, "LTTng's offsets", want.String(), start(t, lttng.command(args...)).Output(t))
		r := lttngRow(t, lttng)
		switch c.backing {
		case "memfd":
			r.memfdByPath = "yes"
		case embedded:
			r.embedded = "by path"
		}
		support(t, r)
	})
}
