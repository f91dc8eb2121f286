//go:build unix

package testenv

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestChild(t *testing.T) {
	c := Start(t, exec.Command("sh", "-c", "cat; echo rest; echo also; echo why >&2"))
	for _, line := range []string{"one", "", strings.Repeat("long", 1<<15)} {
		if got := c.Ask(t, line); got != line {
			t.Errorf("the child answers %q, want %q", got, line)
		}
	}
	c.CloseInput()
	if got := c.Output(t); got != "rest\nalso\n" || c.Errors() != "why\n" || !c.Ended() {
		t.Errorf("output %q, errors %q, ended %t", got, c.Errors(), c.Ended())
	}
	c.End(t) // again
}

func TestKill(t *testing.T) {
	c := Start(t, exec.Command("cat"))
	c.Kill()
	if !c.Ended() || c.ProcessState.Success() {
		t.Errorf("the child's state is %v", c.ProcessState)
	}
	c.Kill() // again
}

// TestTerminate has a child overlook the first SIGTERM.
func TestTerminate(t *testing.T) {
	const overlook = `trap 'trap "" TERM; echo overlooked; trap "exit 0" TERM' TERM; echo ready`
	c := Start(t, exec.Command("sh", "-c", overlook+"; while :; do sleep 0.01; done"))
	c.Next(t)
	c.Terminate()
	if got := c.Output(t); got != "overlooked\n" {
		t.Errorf("the child printed %q", got)
	}
}

// failing is a test that is expected to fail.
type failing struct {
	message  string
	cleanups []func()
}

func (f *failing) Helper()          {}
func (f *failing) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }
func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run returns the message with which test fails.
func (f *failing) run(test func(f *failing)) string {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() {
			for _, c := range f.cleanups {
				c()
			}
		}()
		test(f)
	}()
	<-done
	return f.message
}

// TestChildFails checks that a test fails when its child does, and says what the child said.
func TestChildFails(t *testing.T) {
	tests := map[string]struct {
		command string
		test    func(f *failing, c *Child)
		want    string
	}{
		"end": {"echo why >&2; exit 3", func(f *failing, c *Child) { c.End(f) },
			"exit status 3\nwhy\n"},
		"output": {"echo why >&2; exit 3", func(f *failing, c *Child) { c.Next(f) }, "ended its output"},
		"start": {"", func(f *failing, _ *Child) { Start(f, exec.Command("/no/program")) },
			"no such file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			message := new(failing).run(func(f *failing) {
				tt.test(f, Start(f, exec.Command("sh", "-c", tt.command)))
			})
			if !strings.Contains(message, tt.want) {
				t.Errorf("the message is %q, want it to contain %q", message, tt.want)
			}
		})
	}
}
