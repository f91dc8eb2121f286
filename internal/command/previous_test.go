//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// previousCommand builds the command of the last commit whose images said nothing of arguments. It
// skips the test where the history does not go back as far.
func previousCommand(t *testing.T) string {
	t.Helper()
	const root, writer = "../..", "internal/btf/btf.go" // which came with the signatures
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			t.Skipf("git %s: %v", args[0], err)
		}
		return strings.TrimSpace(string(out))
	}
	if git("rev-parse", "--is-shallow-repository") != "false" {
		t.Skip("the clone is shallow; git fetch --unshallow")
	}
	added := strings.Fields(git("log", "--diff-filter=A", "--format=%H", "--", writer))
	if len(added) == 0 {
		t.Skip("the history does not have " + writer)
	}
	dir := t.TempDir()
	sources, command := filepath.Join(dir, "sources.tar"), filepath.Join(dir, "usdt")
	git("archive", "--output="+sources, added[len(added)-1]+"^")
	for _, args := range [][]string{
		{"tar", "-xf", sources},
		// With -trimpath, what was compiled in another directory need not be compiled again.
		{"go", "build", "-trimpath", "-o", command, "./cmd/usdt"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return command
}

// The command of an earlier release shows programs of this one as it shows its own.
func TestPreviousCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds another command")
	}
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	command := previousCommand(t)
	for cgo, backing := range map[string]string{"0": "memfd", "1": "file"} {
		t.Run("cgo "+cgo+", "+backing, func(t *testing.T) {
			testPreviousCommand(t, command, startNamed(t, cgo, backing))
		})
	}
}

// startNamed starts a program whose probes describe themselves, and that fires two of them.
func startNamed(t *testing.T, cgo, backing string) (pid string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "traced")
	if err := build(cgo, "go", "build", "-o", program, "../../internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-typed", "typed", "order:id=uint64,customer=string,cents=int32")
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=", "STAPSDT_BACKING="+backing,
		"STAPSDT_DIR="+t.TempDir())
	traced := testenv.Start(t, cmd)
	if image := traced.Next(t); !filepath.IsAbs(image) {
		t.Fatal(image)
	}
	pid = strconv.Itoa(traced.PID())
	expectOutput(t, runUsdt(t, "list", "-p", pid), `^typed:order +id uint64, customer string, `)
	for _, line := range []string{
		`pulse order [7, "Ada", -5]`, `pulse named_mixed ["/cart", -1, "a\u0000b", 2500]`,
	} {
		if answer := traced.Ask(t, line); answer != "ok" {
			t.Fatal(answer)
		}
	}
	return pid
}

func testPreviousCommand(t *testing.T, command, pid string) {
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	run := func(name string, args ...string) (out, messages string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, command, append([]string{name, "-p", pid}, args...)...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
		}
		return stdout.String(), stderr.String()
	}
	list, messages := run("list")
	expectOutput(t, list, `^PROVIDER:PROBE +ARGUMENTS `)
	expectOutput(t, list, `^typed:order +8@\S+ 8@\S+ -4@\S+ +/`)
	expectOutput(t, list, `^typed:named_mixed +8@\S+ -4@\S+ 8@\S+ -8@\S+ -8@\S+ +/`)
	if messages != "" {
		t.Errorf("list says %s", messages)
	}
	trace, _ := run("trace", "typed:order", "--count", "1", "--str", "1",
		"--where", `arg1 == "Ada" && arg2 == -5`)
	expectOutput(t, trace, ` typed:order arg0=7 arg1="Ada" arg2=-5$`)
	format, _ := run("trace", "typed:named_mixed", "--count", "1", "%s %d %b %d")
	expectOutput(t, format, ` typed:named_mixed /cart -1 "a\\x00b" 2500$`)
	json, _ := run("trace", "typed:named_mixed", "--count", "1", "--json", "--str", "0",
		"--bytes", "2")
	expectOutput(t, json, `"args":\["/cart",-1,"YQBi",3,2500\]`)
}
