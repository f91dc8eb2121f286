//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// trace carries out the command.
func (f *traceFlags) trace(cmd *cobra.Command, args []string) (err error) {
	plan, err := f.plan(cmd, args)
	if err != nil {
		return err
	}
	defer catchSignals(cmd)()
	attached := attaching(cmd, &plan.options.Options)
	tracer, err := uprobe.Trace(plan.probes, plan.options)
	attached()
	if err != nil {
		return attachError(err)
	}
	lifetime := f.start(cmd, plan.selection)
	defer lifetime.close()
	detach := detachAtEnd(lifetime, tracer, plan.selection.scope, cmd.ErrOrStderr())
	defer func() { err = errors.Join(err, detach.close()) }()

	r := traceRun{
		tracer: tracer, detach: detach, events: newTextEvents(plan, f.bare),
		out: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), limit: f.count,
	}
	if f.json {
		r.events = newJSONEvents(plan)
	}
	if err := r.receive(lifetime.over); err != nil {
		return err
	}
	if lifetime.interrupted() && terminalWidth(r.stderr) != 0 {
		fmt.Fprintln(r.stderr) // after the ^C of the terminal
	}
	lifetime.explain(r.stderr)
	return r.finish()
}

// A traceRun writes the events of a tracer.
type traceRun struct {
	tracer *uprobe.Tracer
	detach *detachment
	events eventWriter
	out    io.Writer
	stderr io.Writer
	limit  uint64 // of events; 0: none

	event   uprobe.Event
	lines   []byte // not written yet
	written uint64 // events
	told    uint64 // the number of lost events that the user knows of
	askedAt time.Time
	until   time.Time // which events to receive, when those that come later have no end; 0: all
}

const (
	// lineBytes are written at once when events come fast. Otherwise each event is written as it
	// comes.
	lineBytes = 64 << 10

	// lostInterval is the least time between two messages that events were lost.
	lostInterval = time.Second
)

func (r *traceRun) enough() bool { return r.limit != 0 && r.written >= r.limit }

// receive writes events until there are enough or it is over.
func (r *traceRun) receive(over func() bool) error {
	for !r.enough() && !over() {
		idle, err := r.next()
		if err != nil {
			return err
		}
		if idle || len(r.lines) >= lineBytes {
			if err := errors.Join(r.flush(), r.tellLost()); err != nil {
				return err
			}
		}
	}
	return r.flush()
}

// next receives an event. It is idle when none comes for a while, or only such as are too late.
func (r *traceRun) next() (idle bool, err error) {
	err = r.tracer.Next(&r.event)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("receive events: %w", err)
	case !r.until.IsZero() && r.event.Time.After(r.until):
		return true, nil
	}
	if !r.enough() {
		r.lines = r.events.append(r.lines, &r.event)
		r.written++
	}
	return false, nil
}

func (r *traceRun) flush() error {
	if len(r.lines) == 0 {
		return nil
	}
	_, err := r.out.Write(r.lines)
	r.lines = r.lines[:0]
	return err
}

// tellLost says that events have been lost, at most once in lostInterval. Without a ring buffer the
// number is right only at the end.
func (r *traceRun) tellLost() error {
	now := time.Now()
	if !kernel.Running().Features.RingBuffer || now.Sub(r.askedAt) < lostInterval {
		return nil
	}
	r.askedAt = now
	lost, err := r.tracer.Lost()
	if err != nil {
		return err
	}
	if lost > r.told {
		warn(r.stderr, "lost %s so far, which came faster than they could be written; "+
			"try --where, --buffer or usdt count", plural(lost, "event", "events"))
		r.told = lost
	}
	return nil
}

// finish detaches, writes the events that the buffer still has, and says how many there were.
func (r *traceRun) finish() error {
	_, finished, err := r.detach.wait()
	if err != nil {
		return err
	}
	if !finished {
		r.until = time.Now()
	}
	for idle := false; !idle; {
		if idle, err = r.next(); err != nil {
			return err
		}
		if len(r.lines) >= lineBytes {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	if err := r.flush(); err != nil {
		return err
	}
	lost, err := r.tracer.Lost()
	if err != nil {
		return err
	}
	warn(r.stderr, "%s, %d lost", plural(r.written, "event", "events"), lost)
	return nil
}
