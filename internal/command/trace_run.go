package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An eventSource is where events come from.
type eventSource interface {
	// Next waits for an event and stores it in ev, whose memory it reuses. It returns
	// os.ErrDeadlineExceeded when none came for a while, and io.EOF when no more can come.
	Next(ev *uprobe.Event) error
	Lost() (uint64, error) // how many events were not received
}

// A traceRun writes events.
type traceRun struct {
	source eventSource
	events eventWriter
	out    io.Writer
	stderr io.Writer
	limit  uint64 // of events; 0: none

	// stop ends the source. It is not finished when that takes long, and events may still come.
	stop        func() (finished bool, err error)
	isLostKnown bool // before the end

	event   uprobe.Event
	lines   []byte // not written yet
	written uint64 // events
	isEnded bool   // the source has no more
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

// run writes events until there are enough, the source has no more, or the lifetime is over. Then
// it says how many there were.
func (r *traceRun) run(l *lifetime) error {
	if err := r.receive(l.over); err != nil {
		return err
	}
	if l.interrupted() && terminalWidth(r.stderr) != 0 {
		fmt.Fprintln(r.stderr) // after the ^C of the terminal
	}
	l.explain(r.stderr)
	return r.finish()
}

// receive writes events until there are enough or it is over.
func (r *traceRun) receive(over func() bool) error {
	for !r.enough() && !r.isEnded && !over() {
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
	err = r.source.Next(&r.event)
	switch {
	case errors.Is(err, io.EOF):
		r.isEnded = true
		return true, nil
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
	if !r.isLostKnown || now.Sub(r.askedAt) < lostInterval {
		return nil
	}
	r.askedAt = now
	lost, err := r.source.Lost()
	if err != nil {
		return err
	}
	if lost > r.told {
		why := "which came faster than they could be written; try --where, --buffer or usdt count"
		if full, ok := r.source.(interface{ IsFull() bool }); ok && full.IsFull() {
			why = "of probes for which a stream has no room, or which came too fast"
		}
		warn(r.stderr, "lost %s so far, %s", plural(lost, "event", "events"), why)
		r.told = lost
	}
	return nil
}

// finish stops the source, writes the events that the buffer still has, and says how many there
// were.
func (r *traceRun) finish() error {
	finished, err := r.stop()
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
	lost, err := r.source.Lost()
	if err != nil {
		return err
	}
	warn(r.stderr, "%s, %d lost", plural(r.written, "event", "events"), lost)
	return nil
}
