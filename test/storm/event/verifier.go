package event

import (
	"errors"
	"fmt"
)

// A Verifier verifies the events that one tracer received, and counts them.
type Verifier struct {
	Ordered  bool              // the tracer receives events in the order of their hits
	Received map[string]uint64 // events, by PROVIDER:PROBE
	Unread   uint64            // those of them with an argument that could not be read
	last     map[uint64]uint64 // sequence numbers, by goroutine
}

// Verify verifies the next event. An argument is an integer of any type or a string; nil if it
// could not be read.
func (v *Verifier) Verify(probe string, args []any) error {
	if v.Received == nil {
		v.Received, v.last = make(map[string]uint64), make(map[uint64]uint64)
	}
	v.Received[probe]++
	for _, arg := range args {
		if arg == nil {
			v.Unread++
			return nil
		}
	}
	if err := check(probe, args); err != nil {
		return fmt.Errorf("%s %#v: %w", probe, args, err)
	}
	return v.follow(wordOf(args[0]))
}

func check(probe string, args []any) error {
	last := len(args) - 1
	if last < 1 {
		return errors.New("too few arguments")
	}
	if got, want := wordOf(args[last]), Sum(probe, args[:last]...); got != want {
		return fmt.Errorf("the checksum is %d, want %d", got, want)
	}
	return nil
}

// follow verifies that a sequence number is higher than those before it.
func (v *Verifier) follow(sequence uint64) error {
	goroutine := sequence >> sequenceBits
	if last, ok := v.last[goroutine]; v.Ordered && ok && sequence <= last {
		return fmt.Errorf("event %#x came after %#x", sequence, last)
	}
	v.last[goroutine] = sequence
	return nil
}

// Total returns the number of events.
func (v *Verifier) Total() uint64 {
	var sum uint64
	for _, n := range v.Received {
		sum += n
	}
	return sum
}

// Check returns an error when more events were unreadable than the kernel may make so: it moves
// pages now and then, and what is on one that is being moved cannot be read.
func (v *Verifier) Check() error {
	const few, share = 3, 1000
	if v.Unread > few+v.Total()/share {
		return fmt.Errorf("of %d events, %d have an argument that could not be read", v.Total(), v.Unread)
	}
	return nil
}
