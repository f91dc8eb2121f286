//go:build linux && (amd64 || arm64)

package tracers

import (
	"os/exec"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// child is a process that the test started.
type child struct{ *testenv.Child }

// start starts cmd. The end of the test kills the child, unless the test has waited for its end.
func start(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	c := &child{testenv.Start(t, cmd)}
	t.Cleanup(func() {
		c.Kill()
		if t.Failed() {
			t.Logf("%v: %v\n%s", cmd.Args[0], c.ProcessState, c.Errors())
		}
	})
	return c
}

// awaitLine waits for a line of output. It skips the lines before.
func (c *child) awaitLine(t *testing.T, want string) {
	t.Helper()
	for c.Next(t) != want {
	}
}
