//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

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

// detachAtEnd detaches at the end of ctx, even while output is waiting for somebody to read it: the
// traced program is free as soon as the user says so. The function that it returns detaches, too,
// or waits until that is done. It returns when tracing ended; the caller calls it before anything
// is closed.
func detachAtEnd(
	ctx context.Context, tracing interface{ Detach() error },
) func() (time.Time, error) {
	detach := sync.OnceValues(func() (time.Time, error) {
		end := time.Now() // detaching takes a while
		return end, tracing.Detach()
	})
	context.AfterFunc(ctx, func() { _, _ = detach() }) // the next call returns the error
	return detach
}
