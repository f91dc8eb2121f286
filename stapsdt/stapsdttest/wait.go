package stapsdttest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Wait waits until at least n events were fired, since Record or Reset, and returns all. Shortly
// before the deadline of the test it gives up, and ends the test; go test -timeout 30s says when.
// Without a deadline, as in a [testing.B], it waits for ever.
func (r *Recorder) Wait(n int) []Event {
	r.t.Helper()
	ctx, cancel := patience(r.t)
	defer cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take()
	if len(r.events) < n {
		for e := range r.listener.Events(ctx.Done()) {
			if r.accept(e); len(r.events) >= n {
				break
			}
		}
		r.checkLost()
	}
	events := eventsOf(r.events)
	if len(events) < n {
		r.t.Fatalf("stapsdttest: waited for %s, got %d before the deadline of the test:\n%s",
			count(n), len(events), list(events))
	}
	return events
}

// patience returns a context that ends early enough before the deadline of the test for messages.
func patience(t TB) (context.Context, context.CancelFunc) {
	if t, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if deadline, ok := t.Deadline(); ok {
			grace := time.Until(deadline) / 20
			return context.WithDeadline(context.Background(), deadline.Add(-grace))
		}
	}
	return context.WithCancel(context.Background())
}

func count(n int) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprint(n, " events")
}

// list returns the last events, one in a line.
func list(events []Event) string {
	const most = 20
	var b strings.Builder
	if skip := len(events) - most; skip > 0 {
		fmt.Fprintf(&b, "  … %d before\n", skip)
		events = events[skip:]
	}
	for _, e := range events {
		fmt.Fprintf(&b, "  %v\n", e)
	}
	return b.String()
}
