package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// errInterrupted is the cause of the end of a context that ended by a signal.
var errInterrupted = errors.New("interrupted")

// endSignals ask a process to end.
var endSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

// signalGrace is the time in which further signals to end mean the same as the first: timeout(1)
// sends a signal to a process and to its group. A signal after that time ends this process at once.
const signalGrace = time.Second

// catchSignals makes the context of cmd end when a signal asks this process to end. From then on,
// such a signal does nothing else. Therefore commands call it right before they attach: whatever
// takes time before, a signal ends as usual. The caller calls release when nothing waits for the
// context any more.
//
// SIGPIPE keeps its effect: when the reader of stdout goes away, the process ends without a
// message, and the kernel detaches.
func catchSignals(cmd *cobra.Command) (release func()) {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	cmd.SetContext(ctx)
	release = func() { cancel(nil) }
	signals := heededSignals()
	if len(signals) == 0 { // to NotifyContext, none would mean all
		return release
	}
	signalled, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(signalled, func() {
		cancel(errInterrupted)
		time.AfterFunc(signalGrace, stop)
	})
	return release
}

// heededSignals leaves out the signals that this process ignores because nohup(1), or a shell that
// started it in the background, wants it to.
func heededSignals() []os.Signal {
	var heeded []os.Signal
	for _, s := range endSignals {
		if !signal.Ignored(s) {
			heeded = append(heeded, s)
		}
	}
	return heeded
}
