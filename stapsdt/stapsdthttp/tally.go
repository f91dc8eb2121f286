package stapsdthttp

import (
	"context"
	"net/http"
	"time"
)

// A tally counts what probes fire.
type tally interface {
	collect(done <-chan struct{}) // until done is closed
	finish()                      // with what was fired before
	reading(at time.Time) any     // what was counted so far
}

// serveTally writes readings, each as a line of JSON: one after each interval, and one at the end.
func (q *query) serveTally(w http.ResponseWriter, r *http.Request, t tally) error {
	a, err := begin(w, r, q.duration, linesType)
	if err != nil {
		return nil //nolint:nilerr // nobody is there who could be told
	}
	defer a.close()
	began := time.Now()
	for q.interval > 0 {
		next := nextReading(began, time.Now(), q.interval)
		if !next.Before(a.end) {
			break
		}
		if a.collect(t, next) != nil {
			return nil // the client is gone or too slow, here and below
		}
		if a.ctx.Err() != nil {
			break
		}
		if a.writeReading(t) != nil {
			return nil
		}
	}
	if a.collect(t, a.end) != nil {
		return nil
	}
	a.finish()
	if t.finish(); !a.isGone() {
		_ = a.writeReading(t) // nobody is there who could be told
	}
	return nil
}

// nextReading returns the end of an interval, at least half an interval from now: readings that
// take long must not use up the time for counting.
func nextReading(began, now time.Time, interval time.Duration) time.Time {
	n := (now.Sub(began) + interval/2 + interval - 1) / interval
	return began.Add(max(n, 1) * interval)
}

// collect counts until a time or the end. If that takes long it writes empty lines, which JSON
// allows in front of a reading: not every client that goes away is noticed otherwise.
func (a *answer) collect(t tally, until time.Time) error {
	for {
		life := time.Now().Add(lifeInterval)
		if !life.Before(until) {
			a.collectOnce(t, until)
			return nil
		}
		a.collectOnce(t, life)
		if a.ctx.Err() != nil {
			return nil
		}
		if err := a.write([]byte("\n")); err != nil {
			return err
		}
	}
}

func (a *answer) collectOnce(t tally, until time.Time) {
	ctx, cancel := context.WithDeadline(a.ctx, until)
	defer cancel()
	t.collect(ctx.Done())
}

func (a *answer) writeReading(t tally) error {
	line, err := marshal(t.reading(time.Now()))
	if err != nil {
		return err
	}
	return a.write(line)
}

// eventTally counts the events of a source.
type eventTally struct {
	source *source
	add    func(*view)
	read   func(at time.Time, lost uint64) any
}

func (t *eventTally) collect(done <-chan struct{}) {
	for v := range t.source.events(done) {
		t.add(v)
	}
}

func (t *eventTally) finish() {
	t.source.listener.Close()
	t.collect(nil)
}

func (t *eventTally) reading(at time.Time) any { return t.read(at, t.source.lost()) }
