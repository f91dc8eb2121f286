//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const tplist = "tplist-bpfcc -p PID 'PROVIDER:*'"

func bccRow(t *testing.T, bcc toolbox) row {
	t.Helper()
	return row{
		tool:    "bcc",
		version: bcc.versionOf(t, `(\S+)`, "python3", "-c", "import bcc; print(bcc.__version__)"),
		command: tplist,
	}
}

// TestBccList lists the probes by pid.
func TestBccList(t *testing.T) {
	bcc := tools(t)
	needDocumented(t, strings.ReplaceAll(tplist, "PROVIDER", "shop"))
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		printed := bcc.shell(t, app, "none", tplist)
		var want []string
		for _, name := range names {
			want = append(want, "traced:"+name)
		}
		var got []string
		for line := range strings.Lines(printed) {
			_, probe, _ := strings.Cut(strings.TrimSpace(line), " ")
			got = append(got, probe)
		}
		slices.Sort(got)
		check(t, "what tplist prints", want, got)
	})
}

// TestBcc reads six arguments with a program for bcc. The program gets the pid, the path, or
// both.
func TestBcc(t *testing.T) {
	bcc := tools(t)
	script, err := os.ReadFile("testdata/bcc.py")
	if err != nil {
		t.Fatal(err)
	}
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		pid, path := fmt.Sprintf("pid=%d", app.PID()), "path="+app.path(t, "six")
		for _, where := range [][]string{{pid}, {path}, {pid, path}} {
			reader := bcc.command(slices.Concat([]string{"python3", "-c", string(script)}, where)...)
			if len(where) == 1 && where[0] == path {
				readsSixOfAll(t, c, app, reader)
			} else {
				readsSix(t, app, reader)
			}
		}
		r := bccRow(t, bcc)
		r.arguments = "six"
		switch c.backing {
		case "memfd":
			r.memfdByPid, r.memfdByPath = "yes", "yes"
		case "file":
			r.fileByPid = "yes"
		case embedded:
			r.embedded = "by path, by pid"
		}
		support(t, r)
	})
}
