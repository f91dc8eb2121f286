//go:build linux && (amd64 || arm64)

package storm

import (
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A tracer is a process that traces the program. What it prints is read as it comes.
type tracer struct {
	*testenv.Child
	stderr *stderr
	ended  chan struct{} // closed when it has ended, and heard and status are set
	heard  error         // what was wrong with its output
	status error         // of exec.Cmd's Wait
}

// trace starts a tracer, whose output hear reads to the end. It says on its standard error that it
// is attached by the words attached, or not at all if they are empty. At the end of t it is killed.
func trace(t testenv.T, cmd *exec.Cmd, attached string, hear func(lines <-chan string) error) *tracer {
	t.Helper()
	c := &tracer{stderr: &stderr{words: attached, said: make(chan struct{})}, ended: make(chan struct{})}
	cmd.Stderr = c.stderr
	c.Child = testenv.Start(t, cmd)
	go func() {
		defer close(c.ended)
		c.heard = hear(c.Lines())
		_, c.status = c.Wait()
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill() // it has ended, but for a failure
		<-c.ended
	})
	return c
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
		t.Fatalf("%v has not ended after %v\n%s", c.Cmd, testenv.Patience, c.stderr)
	}
	if c.heard != nil {
		t.Fatalf("%v: %v", c.Cmd, c.heard)
	}
}

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
