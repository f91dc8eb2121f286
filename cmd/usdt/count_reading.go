package main

import (
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A countReading is how often probes were hit in an interval, and since counting began.
type countReading struct {
	probes []uprobe.Probe
	hits   []uint64 // in the interval, by index of probe
	totals []uint64 // since the beginning
	missed uint64   // hits of any probe that could not be counted, since the beginning

	began, from, to time.Time // of the counting, and of the interval
}

// next returns the reading of the interval that follows r.
func (r countReading) next(totals []uint64, missed uint64, to time.Time) countReading {
	n := countReading{
		probes: r.probes, hits: make([]uint64, len(totals)), totals: totals, missed: missed,
		began: r.began, from: r.to, to: to,
	}
	for i := range totals {
		n.hits[i] = totals[i] - r.totals[i]
	}
	return n
}

// whole returns the reading of the time since counting began.
func (r countReading) whole() countReading {
	r.hits, r.from = r.totals, r.began
	return r
}

// countReadings are the last two readings. An interval begins where the one before ended.
type countReadings struct{ before, last countReading }

// newCountReadings returns the readings when counting begins.
func newCountReadings(probes []uprobe.Probe, began time.Time) *countReadings {
	totals := make([]uint64, len(probes))
	zero := countReading{probes: probes, totals: totals, began: began, to: began}
	return &countReadings{zero, zero}
}

// next adds the interval that ends at to, and returns its reading. If the interval is shorter than
// shortest, it is joined with the one before.
func (c *countReadings) next(
	totals []uint64, missed uint64, to time.Time, shortest time.Duration,
) countReading {
	if to.Sub(c.last.to) < shortest {
		c.last = c.before
	}
	c.before, c.last = c.last, c.last.next(totals, missed, to)
	return c.last
}

// rate writes how many of the hits there were in a second of the interval, on average.
func (r countReading) rate(hits uint64) string {
	seconds := r.to.Sub(r.from).Seconds()
	if hits == 0 || seconds <= 0 {
		return "0"
	}
	rate := float64(hits) / seconds
	if rate >= 100 {
		return strconv.FormatFloat(rate, 'f', 0, 64)
	}
	return strconv.FormatFloat(rate, 'f', 1, 64)
}

func sum(counts []uint64) uint64 {
	var n uint64
	for _, c := range counts {
		n += c
	}
	return n
}
