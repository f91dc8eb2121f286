//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// sessionFlags are what all commands that trace have in common.
type sessionFlags struct {
	target   target
	where    where
	duration time.Duration // 0: no limit
}

func (f *sessionFlags) addFlags(cmd *cobra.Command) {
	f.target.addFlags(cmd)
	f.where.addFlags(cmd)
	cmd.Flags().DurationVarP(&f.duration, "duration", "d", 0, "end after `TIME`, such as 10s (default: on Ctrl-C)")
}

// options checks the flags.
func (f *sessionFlags) options() (uprobe.Options, error) {
	if err := f.target.check(); err != nil {
		return uprobe.Options{}, err
	}
	if f.duration < 0 {
		return uprobe.Options{}, usagef("--duration %v is negative", f.duration)
	}
	expr, err := f.where.parse()
	o := uprobe.Options{PID: f.target.pid, Filter: expr, Waiting: f.waiting}
	if f.target.all {
		o.Skipped = f.skipped()
	}
	return o, err
}

// skipped warns of the files of some process whose probes are not traced, of each once.
func (f *sessionFlags) skipped() func(site uprobe.Site, err error) {
	warned := make(map[string]bool)
	return func(site uprobe.Site, err error) {
		if !warned[site.Path] {
			f.target.warn(fmt.Errorf("probes in %q are not traced: %w", site.Path, err))
		}
		warned[site.Path] = true
	}
}

// waiting explains why the command does not end.
func (f *sessionFlags) waiting() {
	f.target.warn(fmt.Errorf("detaching waits until %v goes on: it is in a probe that waits for memory", f.target))
}

// A session is the time of tracing. As a context it ends when the user interrupts the command, the duration
// has passed or the traced process has ended, even before its begin.
type session struct {
	context.Context
	cancels []func()
	watch   chan struct{} // closed when the process is watched no more
}

// announce says that the probes are attached: what they do from now on counts.
func (f *sessionFlags) announce(stderr io.Writer, probes []uprobe.Probe) {
	fmt.Fprintf(stderr, "usdt: tracing %s in %v; Ctrl-C ends it\n", plural(len(probes), "probe", "probes"), f.target)
}

// start begins the time of tracing, once probes are attached. The caller closes the session.
func (f *sessionFlags) start(ctx context.Context) *session {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &session{Context: ctx, cancels: []func(){func() { cancel(nil) }}, watch: make(chan struct{})}
	if f.duration > 0 {
		var stop context.CancelFunc
		s.Context, stop = context.WithTimeout(ctx, f.duration)
		s.cancels = append(s.cancels, stop)
	}
	s.cancels = append(s.cancels, f.target.watchReload(s))
	go func() {
		defer close(s.watch)
		if f.target.pid != 0 && awaitExit(s, f.target.pid) {
			cancel(processEnded(f.target.pid))
		}
	}()
	return s
}

func (s *session) close() {
	for _, cancel := range s.cancels {
		cancel()
	}
	<-s.watch
}

// over tells, without waiting, whether the session has ended.
func (s *session) over() bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

// processEnded is the cause of the end of a session whose process has ended.
type processEnded int

func (pid processEnded) Error() string { return fmt.Sprintf("process %d has ended", int(pid)) }

// interrupted tells whether it was a signal that ended the session.
func (s *session) interrupted() bool { return errors.Is(context.Cause(s), errInterrupted) }

// explain says why the session ended, when it was not the user who wanted it.
func (s *session) explain(warn func(format string, args ...any)) {
	var ended processEnded
	if errors.As(context.Cause(s), &ended) {
		warn("%v", ended)
	}
}

// attachError marks what is wrong with the command line in an error of the engine.
func attachError(err error) error {
	if errors.Is(err, uprobe.ErrArgument) {
		return usageError{err}
	}
	return err
}
