package uprobe

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A clock translates the kernel's time, CLOCK_MONOTONIC of the machine in nanoseconds, to that of the wall
// clock.
type clock struct {
	zero     time.Time
	adjusted time.Time // with the monotonic time of Go
}

func newClock() clock {
	var c clock
	c.set()
	return c
}

func (c clock) at(ns uint64) time.Time { return c.zero.Add(time.Duration(ns)) }

// adjust follows the wall clock, which goes on while the machine sleeps, the other one not. It is cheap to
// call when there is nothing else to do.
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

// monotonicOffset returns what this process's time namespace (Linux 5.6) adds to CLOCK_MONOTONIC, which BPF
// programs do not see.
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
