package ticks

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"
)

// onClocks runs a test with the counter of this machine, and with the clock that takes its place.
func onClocks(t *testing.T, test func(t *testing.T, c *Clock)) {
	for _, isCounter := range []bool{true, false} {
		t.Run(fmt.Sprintf("counter %t", isCounter), func(t *testing.T) {
			if isCounter && !hasCounter() {
				t.Skip("this machine has no counter that can be used")
			}
			test(t, newClock(isCounter))
		})
	}
}

// TestNowGrows hands the ticks from goroutine to goroutine, which are on all processors.
func TestNowGrows(t *testing.T) {
	onClocks(t, func(t *testing.T, c *Clock) {
		const turns = 20_000
		goroutines := 2 * runtime.NumCPU()
		tokens := make(chan Ticks) // who is ready takes the next
		var all sync.WaitGroup
		for range goroutines {
			all.Go(func() {
				for before := range tokens {
					if now, _ := c.Now(); now < before {
						t.Errorf("%d ticks after %d", now, before)
					}
				}
			})
		}
		for range turns {
			now, _ := c.Now()
			tokens <- now
		}
		close(tokens)
		all.Wait()
	})
}

// TestTimeIsRight compares with the time of the system, as closely as this goroutine was not
// interrupted.
func TestTimeIsRight(t *testing.T) {
	onClocks(t, func(t *testing.T, c *Clock) {
		const enough, tries = 100 * time.Microsecond, 10_000
		best := time.Duration(math.MaxInt64)
		for i := 0; i < tries && best > enough; i++ {
			before := time.Now()
			ticks, _ := c.Now()
			after := time.Now()
			for time.Since(after) < time.Millisecond {
				runtime.Gosched()
			}
			c.Sync()
			at := c.Time(ticks)
			best = min(best, max(before.Sub(at), at.Sub(after), 0)+after.Sub(before))
		}
		if best > enough {
			t.Errorf("the times differ by at least %v", best)
		}
	})
}

// TestTimeNeverGoesBack asks for the times of ticks as a receiver does, late ones among them.
func TestTimeNeverGoesBack(t *testing.T) {
	onClocks(t, func(t *testing.T, c *Clock) {
		first, _ := c.Now()
		newest := c.start
		for range 1000 {
			a, _ := c.Now()
			b, _ := c.Now()
			until := c.Sync()
			if until < b {
				t.Fatalf("Sync returns %d ticks after %d", until, b)
			}
			for _, ticks := range []Ticks{0, first, a, b, until} {
				at := c.Time(ticks)
				if at.Before(newest) || at.After(c.newest.time) || time.Now().Before(at) {
					t.Fatalf("%d ticks are at %v, want %v to %v", ticks, at, newest, c.newest.time)
				}
				newest = at
			}
		}
	})
}

// TestTimeBetween has a counter of its own: of another rate, one that stands, one that goes back.
func TestTimeBetween(t *testing.T) {
	start := time.Now()
	at := func(ticks Ticks, ms int) anchor {
		return anchor{ticks, start.Add(time.Duration(ms) * time.Millisecond)}
	}
	for name, test := range map[string]struct {
		last, newest anchor
		want         map[Ticks]int // ms
	}{
		"steady":     {at(100, 0), at(1100, 10), map[Ticks]int{100: 0, 200: 1, 1000: 9, 1100: 10}},
		"slower":     {at(1100, 10), at(1200, 20), map[Ticks]int{1100: 10, 1150: 15, 1200: 20}},
		"late":       {at(1100, 10), at(1200, 20), map[Ticks]int{0: 10, 100: 10, 1099: 10}},
		"early":      {at(1100, 10), at(1200, 20), map[Ticks]int{1201: 20, math.MaxInt64: 20}},
		"stands":     {at(1200, 20), at(1200, 30), map[Ticks]int{0: 30, 1200: 30, 1201: 30}},
		"goes back":  {at(1200, 30), at(7, 40), map[Ticks]int{0: 40, 7: 40, 8: 40, 1200: 40}},
		"from there": {at(7, 40), at(17, 50), map[Ticks]int{6: 40, 7: 40, 12: 45, 17: 50}},
		"wraps": {at(math.MaxUint64-9, 0), at(10, 20),
			map[Ticks]int{math.MaxUint64 - 9: 0, math.MaxUint64: 9, 0: 10, 10: 20}},
	} {
		c := &Clock{start: start, last: test.last, newest: test.newest}
		for ticks, ms := range test.want {
			if got := c.Time(ticks).Sub(start); got != time.Duration(ms)*time.Millisecond {
				t.Errorf("%s: %d ticks are at %v, want %d ms", name, ticks, got, ms)
			}
		}
	}
}

// TestSpread compares the numbers of goroutines that live at the same time, with small stacks and
// with larger ones.
func TestSpread(t *testing.T) {
	const goroutines, shards = 64, 16
	for depth := range 8 {
		spreads, stop := make(chan uint32), make(chan struct{})
		different := make(map[uint32]bool)
		for range goroutines {
			go func() {
				deep(1 << depth) // the stack does not grow any more when Spread is called
				spreads <- Spread()
				<-stop
			}()
			different[<-spreads%shards] = true
		}
		close(stop)
		if len(different) < shards/2 {
			t.Errorf("depth %d: %d goroutines have %d of %d shards", 1<<depth, goroutines,
				len(different), shards)
		}
	}
}

// deep needs more than half a KiB of stack for each call.
func deep(calls int) byte {
	var local [512]byte
	local[calls] = byte(calls)
	if calls == 0 {
		return local[0]
	}
	return deep(calls-1) + local[calls]
}

func TestNew(t *testing.T) {
	if c := New(); c.isCounter != hasCounter() || c.last != c.newest || c.start.After(c.last.time) {
		t.Errorf("New returns %+v", c)
	}
}
