//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// listTimeline carries out the command timeline. Of threads that have the same name, and of the
// beginning, which depends on the time, there is no more than one line and none.
func listTimeline(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: timeline FILE OUT")
	}
	text := []byte(ts.ReadFile(args[0]))
	if !bytes.HasSuffix(text, []byte("]\n")) {
		text = append(text, ']')
	}
	lines, err := readTimeline(text)
	if err != nil {
		ts.Fatalf("%v in\n%s", err, text)
	}
	lines = slices.DeleteFunc(slices.Compact(lines), func(line string) bool {
		return strings.HasPrefix(line, "instant g ")
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")+"\n"), 0o644))
}
