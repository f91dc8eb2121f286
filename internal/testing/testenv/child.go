package testenv

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Patience bounds every wait for a condition. Only a failure takes as long.
const Patience = 5 * time.Minute

// T is what a Child needs of a test. Every testing.TB is one.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// A Child is a process that a test started. The test reads its standard output line by line, and
// writes lines to its standard input.
type Child struct {
	*exec.Cmd
	stdin  io.WriteCloser
	lines  <-chan string
	stderr bytes.Buffer // unless the test wants it elsewhere
}

// Start starts cmd. When the test is done, End ends the child, unless the test did before.
func Start(t T, cmd *exec.Cmd) *Child {
	t.Helper()
	c := &Child{Cmd: cmd}
	if cmd.Stderr == nil {
		cmd.Stderr = &c.stderr
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %v: %v", cmd, err)
	}
	c.stdin, c.lines = stdin, scan(stdout)
	t.Cleanup(func() { c.End(t) })
	return c
}

// StartFiring starts a program that announces itself with a line, and fires its probes and answers
// with a line whenever Fire asks it to. The program runs when StartFiring returns, so that its file
// is among the mappings of the process.
func StartFiring(t T, path string) *Child {
	t.Helper()
	c := Start(t, exec.Command(path))
	c.Next(t)
	return c
}

// Fire has a program that StartFiring started fire its probes, and returns its answer.
func (c *Child) Fire(t T) string {
	t.Helper()
	return c.Ask(t, "")
}

func scan(r io.Reader) <-chan string {
	const longest = 1 << 20
	lines := make(chan string)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(r)
		s.Buffer(nil, longest)
		for s.Scan() {
			lines <- s.Text()
		}
		_, _ = io.Copy(io.Discard, r) // after a line that is too long, so that the child can end
	}()
	return lines
}

// PID returns the process id.
func (c *Child) PID() int { return c.Process.Pid }

// Ended says whether the test has waited for the child's end.
func (c *Child) Ended() bool { return c.ProcessState != nil }

// Lines has the lines of output that were not read yet. It is closed at the end of the output.
func (c *Child) Lines() <-chan string { return c.lines }

// Next waits for the next line of output. It fails the test if none comes.
func (c *Child) Next(t T) string {
	t.Helper()
	select {
	case line, ok := <-c.lines:
		if !ok {
			c.fail(t, "ended its output")
		}
		return line
	case <-time.After(Patience):
		c.fail(t, "printed nothing for "+Patience.String())
	}
	return ""
}

// Tell writes a line to the child's input.
func (c *Child) Tell(t T, line string) {
	t.Helper()
	if _, err := io.WriteString(c.stdin, line+"\n"); err != nil {
		c.fail(t, "does not read: "+err.Error())
	}
}

// Ask writes a line, and waits for one.
func (c *Child) Ask(t T, line string) string {
	t.Helper()
	c.Tell(t, line)
	return c.Next(t)
}

// CloseInput closes the child's input.
func (c *Child) CloseInput() { c.stdin.Close() }

// End closes the child's input, and waits until the child ends, which it must do with status 0. A
// child that has ended before is left alone.
func (c *Child) End(t T) {
	t.Helper()
	if !c.Ended() {
		c.CloseInput()
		c.Output(t)
	}
}

// Output waits until the child ends by itself, which it must do with status 0. It returns the lines
// of output that were not read yet.
func (c *Child) Output(t T) string {
	t.Helper()
	lines, err := c.Wait()
	if err != nil {
		t.Fatalf("%v: %v\n%s", c.Cmd, err, c.Errors())
	}
	return strings.Join(append(lines, ""), "\n")
}

// Wait waits until the child ends by itself. It returns the lines of output that were not read yet,
// and the error of exec.Cmd's Wait.
func (c *Child) Wait() (rest []string, err error) {
	overdue := time.AfterFunc(Patience, func() { _ = c.Process.Kill() })
	defer overdue.Stop()
	for line := range c.lines {
		rest = append(rest, line)
	}
	return rest, c.Cmd.Wait()
}

// Terminate returns at once, and sends SIGTERM until the test has waited for the child's end. That
// is for bpftrace 0.17, which overlooks a signal while it prints an event. SIGINT would not do: at
// the second one, bpftrace skips its last output. Nor is it for usdt, which a late signal kills.
func (c *Child) Terminate() {
	go func() {
		again := time.NewTicker(100 * time.Millisecond)
		defer again.Stop()
		for c.Process.Signal(syscall.SIGTERM) == nil {
			<-again.C
		}
	}()
}

// Kill kills the child and waits for its end. A child that has ended before is left alone.
func (c *Child) Kill() {
	if !c.Ended() {
		_ = c.Process.Kill() // it may have ended by itself
		_, _ = c.Wait()      // the error says that it was killed
	}
}

// Errors returns what the child wrote to its standard error, once it has ended.
func (c *Child) Errors() string { return c.stderr.String() }

// fail kills the child and fails the test.
func (c *Child) fail(t T, what string) {
	t.Helper()
	c.Kill()
	t.Fatalf("%v %s (%v)\n%s", c.Cmd, what, c.ProcessState, c.Errors())
}
