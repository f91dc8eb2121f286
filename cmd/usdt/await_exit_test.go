//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"io"
	"os/exec"
	"testing"
)

// waiters wait for the end of a process.
var waiters = map[string]func(context.Context, int) bool{"pidfd": awaitExit, "kill": awaitNoProcess}

func TestAwaitExit(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child, stdin := startCat(t)
			ended := make(chan bool)
			go func() { ended <- wait(t.Context(), child.Process.Pid) }()
			stdin.Close()
			if err := child.Wait(); err != nil {
				t.Fatal(err)
			}
			if !<-ended {
				t.Error("the process has ended, but was not noticed to")
			}
			if !wait(t.Context(), child.Process.Pid) {
				t.Error("the process is still there")
			}
		})
	}
}

func TestAwaitExitCanceled(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child, _ := startCat(t)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan bool)
			go func() { ended <- wait(ctx, child.Process.Pid) }()
			cancel()
			if <-ended {
				t.Error("the process has ended")
			}
		})
	}
}

// startCat starts a process that ends with its input, and with the test.
func startCat(t *testing.T) (*exec.Cmd, io.Closer) {
	t.Helper()
	child := exec.Command("cat")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := child.Wait(); err != nil && child.ProcessState == nil {
			t.Error(err)
		}
	})
	return child, stdin
}
