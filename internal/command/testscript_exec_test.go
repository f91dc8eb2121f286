//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// nobodyID is the id of the user nobody, and of its group.
const nobodyID = 65534

// nobody runs a command as user nobody, without capabilities and without ways to get any.
var nobody = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
	"--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"}

// perhapsAsNobody returns the command that runs a command, as nobody if its first word says so.
func perhapsAsNobody(command []string) []string {
	if command[0] == "nobody" {
		return slices.Concat(nobody, command[1:])
	}
	return command
}

// status runs a command that must end with the exit status that is its first argument, perhaps as
// nobody.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N [nobody] COMMAND ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	command := perhapsAsNobody(args[1:])
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(command[0], command[1:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s: exit status %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}
