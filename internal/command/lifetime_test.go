//go:build linux && (amd64 || arm64)

package command

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestLifetimeEnd(t *testing.T) {
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	child, gone := startCat(t), startCat(t)
	gone.End(t)
	ofProcess := func(c *testenv.Child) commonFlags {
		return commonFlags{scope: scope{pids: pidList{c.PID()}}}
	}
	short := commonFlags{scope: scope{all: true}, duration: 1}
	tests := []struct {
		name  string
		ctx   context.Context
		flags commonFlags
		want  error
	}{
		{"interrupt", interrupted, ofProcess(child), context.Canceled},
		{"duration", t.Context(), short, context.DeadlineExceeded},
		{"exit", t.Context(), ofProcess(gone), processEnded(gone.PID())},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd := newCountCommand()
			cmd.SetContext(test.ctx)
			cmd.SetErr(io.Discard)
			l, err := test.flags.start(cmd, withoutProbes(t, test.flags.scope))
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			<-l.Done()
			if got := context.Cause(l); !l.over() || !errors.Is(got, test.want) {
				t.Errorf("cause %v, want %v", got, test.want)
			}
		})
	}
}

// withoutProbes returns the selection of no probes in a scope, with a follower.
func withoutProbes(t *testing.T, s scope) *selection {
	t.Helper()
	reader, err := startReader()
	if err != nil {
		t.Fatal(err)
	}
	sel := &selection{scope: s, inventory: newInventory(s)}
	sel.inventory.reader = reader
	sel.follower = newFollower()
	sel.follower.selection, sel.follower.leases = sel, newFileLeases(reader.Lease, func() {})
	if sel.follower.members, err = newMembers(s, criteria{}, nil); err != nil {
		t.Fatal(err)
	}
	return sel
}
