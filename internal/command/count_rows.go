package command

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/integer"
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

	stack *rowStack // nil if hits are not counted by stacks
}

// id is what tells rows apart.
func (r countRow) id() string {
	if r.stack == nil {
		return r.name()
	}
	return r.name() + "\n" + r.stack.text
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
	return cmp.Or(
		cmp.Compare(r.probe.Provider, other.probe.Provider),
		cmp.Compare(r.probe.Name, other.probe.Name),
		compareKeys(r.values, other.values))
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
	index    map[string]int // by id
	totals   []uint64
	came     [][]integer.Stats // in the interval
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
func (r *groupRows) add(row countRow, hits uint64, stats []integer.Stats) {
	i, known := r.index[row.id()]
	if !known {
		i = len(r.readings.rows)
		r.index[row.id()] = i
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

// takeStats adds the stats that have come to other rows, which then have none.
func (r *groupRows) takeStats(others *groupRows) {
	for i, row := range others.readings.rows {
		r.add(row, 0, elementOrZero(others.came, i))
	}
	others.came = nil
}

// next returns the reading of what was added since the last one.
func (r *groupRows) next(missed uint64, to time.Time, shortest time.Duration) countReading {
	came := r.came
	r.came = nil
	return r.readings.next(slices.Clone(r.totals), came, missed, to, shortest)
}

// report adds all rows to a report about stacks.
func (r *groupRows) report(all *stackReport) {
	for i, row := range r.readings.rows {
		all.add(row.name(), row.stack, int64(r.totals[i])) // #nosec G115 -- a count
	}
}

// newCountRow returns the row of a probe with some values.
func newCountRow(p uprobe.Probe, by grouping, key []uprobe.KeyValue) countRow {
	row := countRow{probe: p, by: by.json(key), values: key, isCut: isCut(key)}
	row.stack = by.stack(p.String(), key)
	for i, v := range key {
		if by[i].stacks != nil {
			continue
		}
		row.key += " " + by[i].arg.label() + "=" + by[i].text(v)
	}
	return row
}
