package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A countRow is what hits are counted of: a probe or, with --by, a probe with some values.
type countRow struct {
	probe    uprobe.Probe
	key      string // the values, in a printable form
	by       any    // the values as JSON has them
	values   []uprobe.KeyValue
	isCut    bool // one of them is a text that was cut
	isOthers bool // all for which there was no row
}

// name is what people read.
func (r countRow) name() string {
	if r.isOthers {
		return "others"
	}
	return r.probe.String() + r.key
}

// compareKeys compares the names of rows: those of one probe by the values.
func (r countRow) compareKeys(other countRow) int {
	order := cmp.Or(
		cmp.Compare(r.probe.Provider, other.probe.Provider),
		cmp.Compare(r.probe.Name, other.probe.Name))
	for i, v := range r.values {
		if order == 0 && i < len(other.values) {
			order = cmp.Or(v.Int.Compare(other.values[i].Int), cmp.Compare(v.Text, other.values[i].Text))
		}
	}
	return order
}

// rowsOf returns the rows of probes that are not counted by values.
func rowsOf(probes []uprobe.Probe) []countRow {
	rows := make([]countRow, len(probes))
	for i, p := range probes {
		rows[i].probe = p
	}
	return rows
}

// groupRows are the rows of groups. Those that come later are appended.
type groupRows struct {
	readings *countReadings
	index    map[string]int // by name
	totals   []uint64
	came     [][]uprobe.Stats // in the interval
}

// newGroupRows returns rows, of which some can be known.
func newGroupRows(began time.Time, known []countRow) *groupRows {
	r := &groupRows{readings: newCountReadings(nil, began), index: make(map[string]int)}
	for _, row := range known {
		r.add(row, 0, nil)
	}
	return r
}

// clear makes room for the totals of another time.
func (r *groupRows) clear() { clear(r.totals) }

// add adds hits to a row, with the stats of what they had.
func (r *groupRows) add(row countRow, hits uint64, stats []uprobe.Stats) {
	i, known := r.index[row.name()]
	if !known {
		i = len(r.readings.rows)
		r.index[row.name()] = i
		r.readings.rows, r.totals = append(r.readings.rows, row), append(r.totals, 0)
	}
	r.totals[i] += hits
	if len(stats) > 0 {
		for len(r.came) <= i {
			r.came = append(r.came, nil)
		}
		r.came[i] = joinStats(r.came[i], stats)
	}
}

// next returns the reading of what was added since the last one.
func (r *groupRows) next(missed uint64, to time.Time, shortest time.Duration) countReading {
	came := r.came
	r.came = nil
	return r.readings.next(slices.Clone(r.totals), came, missed, to, shortest)
}
