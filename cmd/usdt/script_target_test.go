//go:build linux && (amd64 || arm64)

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds every wait for a condition. Only a failure takes as long.
const patience = 2 * time.Minute

// conversation is a program that answers each line with a line.
type conversation struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	answers *bufio.Scanner
	ended   sync.Once
}

// conversations has the program that each script started last.
var conversations sync.Map // of *conversation by *testscript.TestScript

// targets returns the command target, which builds the program in dir once for each value of CGO_ENABLED.
func targets(dir string) func(ts *testscript.TestScript, neg bool, args []string) {
	var builds sync.Map // of func() error by CGO_ENABLED
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: target PROVIDER NAME[:TYPE,...] ...")
		}
		cgo := ts.Getenv("CGO_ENABLED")
		program := filepath.Join(dir, "cgo"+cgo, "target")
		once, _ := builds.LoadOrStore(cgo, sync.OnceValue(func() error {
			return build(cgo, "go", "build", "-o", program, "../../internal/testing/traced")
		}))
		ts.Check(once.(func() error)())
		ts.Setenv("IMAGE", converse(ts, program, args...))
	}
}

// startCTarget builds the program for each script, as its probes are those of the file.
func startCTarget(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: ctarget")
	}
	program := filepath.Join(ts.Getenv("WORK"), "ctarget")
	ts.Check(build("", "gcc", "-O1", "-o", program, filepath.Join("testdata", "ctarget.c")))
	converse(ts, program)
	ts.Setenv("IMAGE", program)
}

// build runs a compiler in the directory of this package.
func build(cgo, compiler string, args ...string) error {
	cmd := exec.Command(compiler, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", compiler, err, out)
	}
	return nil
}

// converse starts a program and returns its first line. The script's end ends it.
func converse(ts *testscript.TestScript, program string, args ...string) string {
	c := &conversation{cmd: exec.Command(program, args...)}
	c.cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=",
		"STAPSDT_BACKING="+ts.Getenv("STAPSDT_BACKING"), "STAPSDT_DIR="+ts.Getenv("WORK"))
	c.cmd.Stderr = os.Stderr
	stdin, err := c.cmd.StdinPipe()
	ts.Check(err)
	stdout, err := c.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(c.cmd.Start())
	ts.Defer(func() { ts.Check(c.end()) })
	c.stdin, c.answers = stdin, bufio.NewScanner(stdout)
	conversations.Store(ts, c)
	ts.Setenv("PID", strconv.Itoa(c.cmd.Process.Pid))
	first, err := c.next()
	ts.Check(err)
	if strings.HasPrefix(first, "error:") {
		ts.Fatalf("%s: %s", program, first)
	}
	return first
}

// next returns the next line. A program that is silent for too long is killed.
func (c *conversation) next() (string, error) {
	overdue := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer overdue.Stop()
	if !c.answers.Scan() {
		return "", fmt.Errorf("%s ended, or did not answer for %v", c.cmd.Path, patience)
	}
	return c.answers.Text(), nil
}

// end closes the program's input, upon which it ends, and well, unless it was killed before.
func (c *conversation) end() (err error) {
	c.ended.Do(func() {
		c.stdin.Close()
		overdue := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
		defer overdue.Stop()
		err = c.cmd.Wait()
	})
	return err
}

func latest(ts *testscript.TestScript) *conversation {
	c, ok := conversations.Load(ts)
	if !ok {
		ts.Fatalf("no program was started")
	}
	return c.(*conversation)
}

func tell(ts *testscript.TestScript, neg bool, args []string) {
	c := latest(ts)
	_, err := fmt.Fprintln(c.stdin, strings.Join(args, " "))
	ts.Check(err)
	answer, err := c.next()
	ts.Check(err)
	ts.Setenv("ANSWER", answer)
	if neg == (answer == "ok") {
		ts.Fatalf("the program answers %q", answer)
	}
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: end")
	}
	ts.Check(latest(ts).end())
}
