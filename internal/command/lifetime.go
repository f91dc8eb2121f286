package command

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
// interrupts the command, when the duration has passed, or when all traced processes have ended,
// which they may have before the lifetime begins.
type lifetime struct {
	context.Context
	end      context.CancelCauseFunc
	stop     func()         // the timer
	watchers sync.WaitGroup // of the processes
}

// begin begins the lifetime, and says so: the hits from then on count. The caller closes it.
func begin(cmd *cobra.Command, probes int, where string, duration time.Duration) *lifetime {
	warn(cmd.ErrOrStderr(), "tracing %s in %s; Ctrl-C ends it",
		plural(probes, "probe", "probes"), where)
	l := &lifetime{Context: cmd.Context(), stop: func() {}}
	if duration > 0 {
		l.Context, l.stop = context.WithTimeout(l.Context, duration)
	}
	l.Context, l.end = context.WithCancelCause(l.Context)
	return l
}

func (l *lifetime) close() {
	l.end(nil)
	l.stop()
	l.watchers.Wait()
}

// over tells, without waiting, whether the lifetime has ended.
func (l *lifetime) over() bool { return l.Err() != nil }

// processEnded is the cause of the end of a lifetime whose last process has ended.
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
