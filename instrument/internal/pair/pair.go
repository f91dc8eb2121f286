// Package pair has what the two probes of a pair have in common: the key, and the time in between.
package pair

import (
	"sync/atomic"
	"time"
)

var keys atomic.Uint64

// NewKey returns a number that no other call has returned in this process. It is not 0.
func NewKey() uint64 { return keys.Add(1) }

// A Pair is one that has begun.
type Pair struct {
	ID    uint64 // the key
	began time.Time
}

// Begin returns a pair that begins now.
func Begin() Pair { return Pair{NewKey(), time.Now()} }

// Duration returns how long ago the pair began.
func (p Pair) Duration() time.Duration { return time.Since(p.began) }

// ErrorText returns the text that probes have of an error, "" for none.
func ErrorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
