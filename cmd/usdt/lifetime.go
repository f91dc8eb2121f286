//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"
)

// A lifetime is the time during which a command traces. As a context it ends when the user
// interrupts the command, when the duration has passed, or when the traced process has ended, which
// it may have before the lifetime begins.
type lifetime struct {
	context.Context
	end      func()
	watchers sync.WaitGroup // of the process
}

// start begins the lifetime once the probes of the selection are attached, and says so: the hits
// from then on count. The caller closes the lifetime.
func (f *commonFlags) start(cmd *cobra.Command, sel *selection) *lifetime {
	stderr := cmd.ErrOrStderr()
	sel.warnRefused(stderr)
	probes := plural(len(sel.probes), "probe", "probes")
	warn(stderr, "tracing %s in %v; Ctrl-C ends it", probes, sel.scope)

	ctx, stop := cmd.Context(), func() {}
	if f.duration > 0 {
		ctx, stop = context.WithTimeout(ctx, f.duration)
	}
	ctx, end := context.WithCancelCause(ctx)
	l := &lifetime{Context: ctx, end: func() {
		end(nil)
		stop()
	}}
	l.watchers.Go(func() { sel.watchReload(l, stderr) })
	if pid := sel.scope.pid; pid != 0 {
		l.watchers.Go(func() {
			if awaitExit(l, pid) {
				end(processEnded(pid))
			}
		})
	}
	return l
}

func (l *lifetime) close() {
	l.end()
	l.watchers.Wait()
}

// over tells, without waiting, whether the lifetime has ended.
func (l *lifetime) over() bool { return l.Err() != nil }

// processEnded is the cause of the end of a lifetime whose process has ended.
type processEnded int

func (pid processEnded) Error() string { return fmt.Sprintf("process %d has ended", int(pid)) }

// interrupted tells whether a signal ended the lifetime.
func (l *lifetime) interrupted() bool { return errors.Is(context.Cause(l), errInterrupted) }

// explain says why the lifetime ended, unless the user wanted it to.
func (l *lifetime) explain(stderr io.Writer) {
	var ended processEnded
	if errors.As(context.Cause(l), &ended) {
		warn(stderr, "%v", ended)
	}
}
