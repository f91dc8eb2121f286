//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A tracer is a process that traces the program. What it prints is verified as it comes.
type tracer struct {
	*testenv.Child
	stderr *stderr
	ended  chan struct{} // closed when it has ended; from then on the fields below are set
	last   []string      // lines of its output
	wrong  error         // the first line that was
	status error         // of exec.Cmd's Wait
}

// trace starts a tracer. It says on its standard error that it is attached by the words attached,
// or not at all if they are empty. If it has not ended at the end of t, it is told to.
func trace(t testenv.T, cmd *exec.Cmd, attached string, verify func(line string) error) *tracer {
	t.Helper()
	c := &tracer{
		stderr: &stderr{words: attached, said: make(chan struct{})},
		ended:  make(chan struct{}),
	}
	cmd.Stderr = c.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // if this process is killed
	c.Child = testenv.Start(t, cmd)
	go func() {
		defer close(c.ended)
		c.read(verify)
		_, c.status = c.Wait()
	}()
	t.Cleanup(c.end)
	return c
}

// read reads all output.
func (c *tracer) read(verify func(line string) error) {
	const some = 20
	for line := range c.Lines() {
		if err := verify(line); err != nil && c.wrong == nil {
			c.wrong = fmt.Errorf("%w, in the line %s", err, line)
		}
		c.last = append(c.last[max(0, len(c.last)+1-some):], line)
	}
}

// end ends the tracer if it has not ended by itself. A gdb that is killed takes the program along,
// so it gets the time to detach.
func (c *tracer) end() {
	const grace = 10 * time.Second
	_ = c.Process.Signal(unix.SIGTERM) // it has ended, but for a failure
	select {
	case <-c.ended:
	case <-time.After(grace):
		_ = c.Process.Kill()
		<-c.ended
	}
}

// awaitAttached returns false if the tracer has ended without having been attached.
func (c *tracer) awaitAttached(t testenv.T) bool {
	t.Helper()
	select {
	case <-c.stderr.said:
		return true
	case <-c.ended:
		return c.stderr.has()
	case <-time.After(testenv.Patience):
		t.Fatalf("%v is not attached after %v\n%s", c.Cmd, testenv.Patience, c.stderr)
	}
	return false
}

// awaitEnd waits until the tracer ends with status 0.
func (c *tracer) awaitEnd(t testenv.T) {
	t.Helper()
	c.awaitStatus(t)
	if c.status != nil {
		t.Fatalf("%v: %v\n%s", c.Cmd, c.status, c.stderr)
	}
}

// awaitStatus waits until the tracer ends.
func (c *tracer) awaitStatus(t testenv.T) {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(testenv.Patience):
		c.end()
		t.Fatalf("%v has not ended after %v\n%s", c.Cmd, testenv.Patience, c.said())
	}
	if c.wrong != nil {
		t.Fatalf("%v: %v", c.Cmd, c.wrong)
	}
}

// said returns the last lines of output of a tracer that has ended, and all of its errors.
func (c *tracer) said() string { return strings.Join(c.last, "\n") + "\n" + c.stderr.String() }

// stderr keeps what a tracer writes to its standard error.
type stderr struct {
	words string
	said  chan struct{} // closed when the words were written

	mu   sync.Mutex
	text strings.Builder
	once sync.Once
}

func (s *stderr) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.text.Write(b)
	s.mu.Unlock()
	if s.has() {
		s.once.Do(func() { close(s.said) })
	}
	return len(b), nil
}

func (s *stderr) has() bool { return s.words != "" && strings.Contains(s.String(), s.words) }

func (s *stderr) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
