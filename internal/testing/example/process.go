//go:build linux

package example

import (
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A process keeps what a child prints.
type process struct {
	*testenv.Child
	mu       sync.Mutex
	printed  []string
	messages strings.Builder // the standard error, and for bpftrace's sake what is printed, too
	read     chan struct{}   // closed at the end of the output
}

// start starts a command. It is killed at the end of the test, if it then still runs.
func start(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{read: make(chan struct{})}
	cmd.Stderr = p
	p.Child = testenv.Start(t, cmd)
	t.Cleanup(p.Kill)
	go func() {
		defer close(p.read)
		for line := range p.Lines() {
			_, _ = p.Write([]byte(line + "\n"))
			p.mu.Lock()
			p.printed = append(p.printed, line)
			p.mu.Unlock()
		}
	}()
	return p
}

// Write gets the messages.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.messages.Write(text)
}

// lines returns what was printed so far.
func (p *process) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.printed
}

// said returns all messages so far.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.messages.String()
}

// await waits for a condition.
func (p *process) await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ended := false
	for deadline := time.Now().Add(testenv.Patience); !condition(); time.Sleep(time.Millisecond) {
		if ended || time.Now().After(deadline) {
			p.Kill()
			t.Fatalf("%v: waited for %s\n%s", p.Cmd, what, p.said())
		}
		select {
		case <-p.read:
			ended = true // the condition can be true now
		default:
		}
	}
}

// interrupt ends the process as Ctrl-C does, and returns the same as end.
func (p *process) interrupt(t *testing.T) []string {
	t.Helper()
	_ = p.Process.Signal(syscall.SIGINT) // it may have ended by itself
	return p.end(t)
}

// end waits until the process ends, as it must with status 0, and returns all that it has printed.
func (p *process) end(t *testing.T) []string {
	t.Helper()
	select {
	case <-p.read:
	case <-time.After(testenv.Patience):
		_ = p.Process.Kill() // the error of Wait says so
	}
	if _, err := p.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", p.Cmd, err, p.said())
	}
	return p.lines()
}
