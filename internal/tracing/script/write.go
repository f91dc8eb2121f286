package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A writer writes scripts for one tool.
type writer struct {
	write      func(Probe) (string, error)
	readsBytes bool
}

var writers = map[string]writer{
	"bcc":      {bcc, true},
	"bpftrace": {bpftrace, true},
	"gdb":      {gdb, false},
	"perf":     {perf, false},
}

// Tools returns the names of the tools that there are scripts for, in order.
func Tools() []string { return slices.Sorted(maps.Keys(writers)) }

// ReadsBytes tells whether the tool can read as many bytes as an argument says.
func ReadsBytes(tool string) bool { return writers[tool].readsBytes }

// Write returns the script that traces a probe with one of the [Tools]. It prints a line for each
// hit until it is interrupted. No argument of the probe is of the kind [Bytes] unless the tool
// [ReadsBytes].
func Write(tool string, p Probe) (string, error) {
	if err := p.checkNames(); err != nil {
		return "", err
	}
	return writers[tool].write(p)
}

// Lacks returns what a script from Write says that its tool does not read of the probe: a sentence
// for each comment about an argument.
func Lacks(text string) []string {
	var lacks []string
	for line := range strings.Lines(text) {
		sentence, isComment := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if sentence, is := strings.CutSuffix(sentence, "; see usdt trace."); is && isComment {
			lacks = append(lacks, sentence+"; see usdt trace")
		}
	}
	return lacks
}

// header returns the comment above a script. Nothing in it is chosen by the process but the names,
// which checkNames has checked.
func (p Probe) header(until string) string {
	return fmt.Sprintf("# Prints each hit of %v in process %d, %s.\n", p, p.PID, until)
}

// quote returns text as one word of a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// awaitBackground are commands that wait for the last one in the background, and set status to its
// exit status. A signal ends wait, and is heeded at once: for a command in the foreground, dash
// heeds it only when the command has ended.
const awaitBackground = `status=0
wait "$!" || status=$?
while kill -0 "$!" 2>/dev/null; do
	wait "$!" || status=$?
done
`
