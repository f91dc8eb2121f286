//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"errors"
	"io"
	"testing"
)

func TestLifetimeEnd(t *testing.T) {
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	child, _ := startCat(t)
	gone, stdin := startCat(t)
	stdin.Close()
	if err := gone.Wait(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		ctx   context.Context
		flags commonFlags
		want  error
	}{
		{"interrupt", interrupted, commonFlags{scope: scope{pid: child.Process.Pid}}, context.Canceled},
		{"duration", t.Context(), commonFlags{scope: scope{all: true}, duration: 1}, context.DeadlineExceeded},
		{"exit", t.Context(), commonFlags{scope: scope{pid: gone.Process.Pid}}, processEnded(gone.Process.Pid)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd := newCountCommand()
			cmd.SetContext(test.ctx)
			cmd.SetErr(io.Discard)
			l := test.flags.start(cmd, &selection{scope: test.flags.scope})
			defer l.close()
			<-l.Done()
			if got := context.Cause(l); !l.over() || !errors.Is(got, test.want) {
				t.Errorf("cause %v, want %v", got, test.want)
			}
		})
	}
}
