// Package ticks tells the time by a counter of the processor, which costs less than a clock.
//
// The counter is used where it counts at one rate and alike on all processors: the invariant TSC of
// amd64, if the kernel trusts it, and the generic timer of arm64. Elsewhere Go's monotonic clock
// takes its place.
package ticks

import (
	"math"
	"time"
	"unsafe"
)

// Ticks is a number of ticks, of a length that only [Clock.Time] knows.
type Ticks uint64

// Clock counts ticks. Now is safe for concurrent use.
type Clock struct {
	isCounter bool      // otherwise ticks are nanoseconds since start
	start     time.Time // of the clock

	// Guarded by the caller of Sync and Time.
	last, newest anchor
}

// anchor is a moment by both measures.
type anchor struct {
	ticks Ticks
	time  time.Time
}

// New returns a clock that counts from now on.
func New() *Clock { return newClock(hasCounter()) }

func newClock(isCounter bool) *Clock {
	c := &Clock{isCounter: isCounter, start: time.Now()}
	c.newest = c.now()
	c.last = c.newest
	return c
}

// Now returns the ticks, and a number that tends to differ between processors, or where the
// processor cannot be had cheaply, between goroutines. Of two calls on one goroutine that return
// the same ticks, the numbers are the same: those of a clock, which may tick seldom, are all 0. Now
// reads the counter after what the goroutine did before.
func (c *Clock) Now() (Ticks, uint32) {
	if c.isCounter {
		return counter()
	}
	return Ticks(time.Since(c.start)), 0 // #nosec G115 -- not negative
}

// Spread returns a number that tends to differ between goroutines, from the places of their stacks.
func Spread() uint32 {
	var here byte
	// #nosec G103 -- the address is only a number here
	place := uint32(uintptr(unsafe.Pointer(&here)) >> 11) // the smallest stacks have 2 KiB
	return place * golden >> 16                           // the lower bits depend on few of place
}

const golden = 0x9e3779b1 // 2³² divided by the golden ratio: neighbors are far from each other

// Sync notes how the ticks go with the time, and returns the ticks. What the goroutine does after
// Sync comes after these ticks. Ticks from between two calls of Sync get their times from these:
// so it does not matter if the length of a tick changes, as when a virtual machine moves.
func (c *Clock) Sync() Ticks {
	c.last, c.newest = c.newest, c.now()
	fence()
	return c.newest.ticks
}

// now takes the best of some tries: whatever comes between the readings makes an anchor worse.
func (c *Clock) now() (best anchor) {
	const tries = 3
	least := Ticks(math.MaxUint64)
	for range tries {
		before, _ := c.Now()
		t := time.Now()
		after, _ := c.Now()
		if took := after - before; took < least {
			least, best = took, anchor{before + took/2, t}
		}
	}
	return best
}

// Time returns the time of ticks from before the last Sync. It grows with the ticks, and is between
// the last two calls of Sync, of which New makes the first. So ticks that come late get a later
// time, and times do not go back from one Sync to the next.
func (c *Clock) Time(t Ticks) time.Time {
	from, to := c.last, c.newest
	span := float64(int64(to.ticks - from.ticks)) // #nosec G115 -- the difference has a sign
	part := float64(int64(t - from.ticks))        // #nosec G115 -- the difference has a sign
	if span <= 0 || part >= span {
		return to.time
	}
	return from.time.Add(time.Duration(max(0, part/span) * float64(to.time.Sub(from.time))))
}
