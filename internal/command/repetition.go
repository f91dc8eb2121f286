//go:build linux

package command

import "time"

// A repetition says when to try again what has failed.
type repetition struct {
	at      time.Time // 0: nothing has
	backoff time.Duration
}

// How long it takes until what failed is tried again.
const (
	leastBackoff = 5 * time.Second
	mostBackoff  = 5 * time.Minute
)

// later has it tried again, each time later, unless that is to come already.
func (r *repetition) later() {
	if r.at.IsZero() {
		r.backoff = min(max(2*r.backoff, leastBackoff), mostBackoff)
		r.at = time.Now().Add(r.backoff)
	}
}

// soon has it tried again as soon as somebody asks.
func (r *repetition) soon() { *r = repetition{at: time.Now()} }

// isDue tells whether the time has come, which is then over.
func (r *repetition) isDue(now time.Time) bool {
	isDue := !r.at.IsZero() && !now.Before(r.at)
	if isDue {
		r.at = time.Time{}
	}
	return isDue
}
