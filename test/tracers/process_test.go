//go:build linux && (amd64 || arm64)

package tracers

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// child is a program that the test started, with what it prints, a line at a time.
type child struct {
	*exec.Cmd
	stdin  io.WriteCloser
	lines  <-chan string // closed at the end of its output
	stderr bytes.Buffer
}

// start starts cmd. If the test does not wait for its end, the test's end kills it.
func start(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	p := &child{Cmd: cmd}
	cmd.Stderr = &p.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.stdin, p.lines = stdin, scan(stdout)
	t.Cleanup(func() {
		if p.ProcessState == nil {
			_ = p.Process.Kill() // it may have ended by itself
			p.wait()
		}
		if t.Failed() {
			t.Logf("%v: %v\n%s", cmd.Args[0], p.ProcessState, &p.stderr)
		}
	})
	return p
}

func scan(r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// next returns the next line, waiting for it.
func (p *child) next(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-p.lines:
		if !ok {
			t.Fatalf("%s ended its output", p.Args[0])
		}
		return line
	case <-time.After(patience):
		t.Fatalf("%s printed nothing for %v", p.Args[0], patience)
	}
	return ""
}

// wait waits for the end of the process and returns the lines not read yet.
func (p *child) wait() (rest []string, err error) {
	overdue := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
	defer overdue.Stop()
	for line := range p.lines {
		rest = append(rest, line)
	}
	return rest, p.Cmd.Wait()
}

// output waits for the end of the process, which must be well, and returns what it printed.
func (p *child) output(t *testing.T) string {
	t.Helper()
	lines, err := p.wait()
	if err != nil {
		t.Fatalf("%v: %v", p.Cmd, err)
	}
	return strings.Join(lines, "\n") + "\n"
}

// kill kills the process and waits for its end.
func (p *child) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.wait(); err == nil {
		t.Errorf("%s ended well although it was killed", p.Args[0])
	}
}

// terminate asks the process to end, until it has ended: bpftrace 0.17 does not notice while it prints an
// event. It would take a second SIGINT as the order to skip its last output.
func (p *child) terminate() (rest []string, err error) {
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		again := time.NewTicker(100 * time.Millisecond)
		defer again.Stop()
		for {
			_ = p.Process.Signal(syscall.SIGTERM) // it may have ended meanwhile
			select {
			case <-ended:
				return
			case <-again.C:
			}
		}
	}()
	return p.wait()
}
