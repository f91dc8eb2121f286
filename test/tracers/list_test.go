//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// names are the probes of the traced program, sorted.
var names = []string{
	"bool", "bytes", "dynamic", "float32", "float64", "int16", "int32", "int64", "int8", "long",
	"mixed",
	"named_blob", "named_bool", "named_bytes", "named_cents", "named_duration", "named_dynamic",
	"named_flag", "named_float32", "named_float64", "named_int", "named_int16", "named_int32",
	"named_int64", "named_int8", "named_mixed", "named_none", "named_ratio", "named_status",
	"named_string", "named_token", "named_uint", "named_uint16", "named_uint32", "named_uint64",
	"named_uint8", "named_uintptr",
	"none", "ready", "six", "string", "uint16", "uint32", "uint64", "uint8",
}

// TestList lists the probes with bpftrace, by pid and by path.
func TestList(t *testing.T) {
	bpftraceMatrix(t, func(t *testing.T, p program, c config) {
		app := startTraced(t, c)
		path := app.path(t, "none")
		p.checkList(t, app, path, listing(path))
		if c.backing != "memfd" || p.seesMemory(t) {
			p.checkList(t, app, byPid, listing(path))
		} else {
			p.checkList(t, app, byPid, nil)
			p.support(t, row{memfdByPid: "no"})
		}
	})
}

// listing is how bpftrace lists all the probes in a file.
func listing(file string) []string {
	var lines []string
	for _, name := range names {
		lines = append(lines, "usdt:"+file+":traced:"+name)
	}
	return lines
}

// checkList checks which probes bpftrace lists in file, or byPid.
func (p program) checkList(t *testing.T, app *traced, file string, want []string) {
	t.Helper()
	args := []string{"-l", "usdt:" + file + ":traced:*"}
	if file == byPid {
		args = append(args, app.pidFlag()...)
	}
	printed := start(t, p.command(args...)).Output(t)
	// By pid, bpftrace prints the path of a named file as it is in the mount namespace of the
	// process.
	got := strings.Fields(strings.ReplaceAll(printed, fmt.Sprintf("/proc/%d/root", app.PID()), ""))
	slices.Sort(got)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("bpftrace -l in %s differs (-want +got):\n%s", file, diff)
	}
}
