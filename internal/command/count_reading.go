package command

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A countReading is how often probes were hit in an interval, and since counting began.
type countReading struct {
	rows   []countRow
	hits   []uint64 // in the interval, by index of row
	totals []uint64 // since the beginning
	missed uint64   // hits of any probe that could not be counted, since the beginning

	// The stats of the arguments that are added up, by index of row, which may have none.
	stats    [][]integer.Stats // in the interval
	allStats [][]integer.Stats // since the beginning

	began, from, to time.Time // of the counting, and of the interval
}

// next returns the reading of the interval that follows r, which may have more rows.
func (r countReading) next(
	rows []countRow, totals []uint64, missed uint64, to time.Time,
) countReading {
	n := countReading{
		rows: rows, hits: slices.Clone(totals), totals: totals, missed: missed,
		began: r.began, from: r.to, to: to,
	}
	for i, before := range r.totals {
		n.hits[i] -= before
	}
	return n
}

// isGrouped reports whether hits are counted by values.
func (r countReading) isGrouped() bool {
	return slices.ContainsFunc(r.rows, func(row countRow) bool {
		return row.key != "" || row.stack != nil
	})
}

// whole returns the reading of the time since counting began.
func (r countReading) whole() countReading {
	r.hits, r.stats, r.from = r.totals, r.allStats, r.began
	return r
}

// isWhole reports whether the interval is the time since counting began.
func (r countReading) isWhole() bool { return r.from.Equal(r.began) }

// addStats adds the stats of rows to those of the same rows, or of others that come later.
func addStats(rows, more [][]integer.Stats) [][]integer.Stats {
	sum := make([][]integer.Stats, max(len(rows), len(more)))
	for i := range sum {
		sum[i] = joinStats(elementOrZero(rows, i), elementOrZero(more, i))
	}
	return sum
}

// joinStats returns the stats of the values that two rows have, without changing theirs.
func joinStats(a, b []integer.Stats) []integer.Stats {
	joined := make([]integer.Stats, max(len(a), len(b)))
	copy(joined, a)
	for i, s := range b {
		joined[i].Add(s)
	}
	return joined
}

// countReadings are the last two readings. An interval begins where the one before ended.
type countReadings struct {
	rows         []countRow // to which more can come
	before, last countReading
}

// newCountReadings returns the readings when counting begins.
func newCountReadings(rows []countRow, began time.Time) *countReadings {
	zero := countReading{rows: rows, totals: make([]uint64, len(rows)), began: began, to: began}
	return &countReadings{rows, zero, zero}
}

// next adds the interval that ends at to, and returns its reading. If the interval is shorter than
// shortest, it is joined with the one before. came are the stats of the interval.
func (c *countReadings) next(
	totals []uint64, came [][]integer.Stats, missed uint64, to time.Time, shortest time.Duration,
) countReading {
	all := addStats(c.last.allStats, came)
	if to.Sub(c.last.to) < shortest {
		came = addStats(c.last.stats, came)
		c.last = c.before
	}
	c.before, c.last = c.last, c.last.next(c.rows, totals, missed, to)
	c.last.stats, c.last.allStats = came, all
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
