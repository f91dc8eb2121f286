//go:build linux && (amd64 || arm64)

package command

import (
	"context"
	"os/exec"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// waiters are the ways to wait for the end of a process.
var waiters = map[string]func(context.Context, int) bool{"pidfd": awaitExit, "kill": awaitNoProcess}

func TestAwaitExit(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child := startCat(t)
			ended := make(chan bool)
			go func() { ended <- wait(t.Context(), child.PID()) }()
			child.End(t)
			if !<-ended {
				t.Error("the wait ended before the process")
			}
			if !wait(t.Context(), child.PID()) {
				t.Error("the process is still there")
			}
		})
	}
}

func TestAwaitExitCanceled(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child := startCat(t)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan bool)
			go func() { ended <- wait(ctx, child.PID()) }()
			cancel()
			if <-ended {
				t.Error("the process has ended")
			}
		})
	}
}

// startCat starts a process that ends with its input, and with the test.
func startCat(t *testing.T) *testenv.Child {
	t.Helper()
	return testenv.Start(t, exec.Command(testenv.Tool(t, "cat")))
}
