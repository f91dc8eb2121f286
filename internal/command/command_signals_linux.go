package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// catchSignals is the function of that name, or what takes its place while a command is traced.
func (f *commonFlags) catchSignals(cmd *cobra.Command) (release func()) {
	if f.scope.command == nil {
		return catchSignals(cmd)
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	cmd.SetContext(ctx)
	f.scope.command.heedSignals(cancel)
	return func() { cancel(nil) }
}

// heedSignals heeds signals. What it does when the command runs is right also when it is called
// again.
func (c *tracedCommand) heedSignals(cancel context.CancelCauseFunc) {
	signals := make(chan os.Signal, 1)
	if heeded := heededSignals(); len(heeded) > 0 {
		signal.Notify(signals, append(heeded, syscall.SIGQUIT)...)
	}
	go c.heed(signals, cancel)
}

// heed ends the tracing on a signal before the command runs, and after its end. In between, signals
// are the command's: a terminal sends them to both, but for SIGTERM, of which it gets the first.
func (c *tracedCommand) heed(signals chan os.Signal, cancel context.CancelCauseFunc) {
	for s := range signals {
		switch begun, ended := c.runs(); {
		case !begun || ended:
			cancel(errInterrupted)
			time.AfterFunc(signalGrace, func() { signal.Stop(signals) })
		case s == syscall.SIGTERM:
			c.terminate.Do(func() { c.launch.Signal(s) })
		}
	}
}
