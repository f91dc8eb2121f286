package uprobe

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A clock translates CLOCK_MONOTONIC of the machine, which BPF programs read in nanoseconds, to the
// time of the wall clock.
type clock struct {
	zero     time.Time // when CLOCK_MONOTONIC was 0
	adjusted time.Time // with Go's monotonic time
}

func newClock() clock {
	var c clock
	c.set()
	return c
}

func (c clock) at(ns uint64) time.Time {
	return c.zero.Add(time.Duration(ns)) // #nosec G115 -- less than 292 years after boot
}

// adjust follows the wall clock, which continues while the machine sleeps and CLOCK_MONOTONIC
// stands still. It is cheap enough to be called whenever no event is waiting.
func (c *clock) adjust() {
	if time.Since(c.adjusted) > time.Second {
		c.set()
	}
}

func (c *clock) set() {
	var ts unix.Timespec
	now := time.Now()
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return
	}
	c.adjusted = now
	c.zero = now.Round(0).Add(-time.Duration(ts.Nano()) + monotonicOffset())
}

// monotonicOffset returns what this process's time namespace (Linux 5.6) adds to CLOCK_MONOTONIC.
// BPF programs read the clock without this offset.
func monotonicOffset() time.Duration {
	text, err := os.ReadFile("/proc/self/timens_offsets")
	if err != nil {
		return 0
	}
	var seconds, nanoseconds int64
	if _, err := fmt.Sscanf(string(text), "monotonic %d %d", &seconds, &nanoseconds); err != nil {
		return 0
	}
	return time.Duration(seconds)*time.Second + time.Duration(nanoseconds)
}
