package main

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A countRow is what hits are counted of: a probe or, with --by, a probe with some values.
type countRow struct {
	probe    uprobe.Probe
	key      string // the values, in a printable form
	by       any    // the values as JSON has them
	isCut    bool   // one of them is a text that was cut
	isOthers bool   // all for which there was no row

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
}

func newGroupRows(began time.Time) *groupRows {
	return &groupRows{readings: newCountReadings(nil, began), index: make(map[string]int)}
}

// clear makes room for the totals of another time.
func (r *groupRows) clear() { r.totals = make([]uint64, len(r.readings.rows)) }

// add adds hits to a row.
func (r *groupRows) add(row countRow, hits uint64) {
	i, known := r.index[row.id()]
	if !known {
		i = len(r.readings.rows)
		r.index[row.id()] = i
		r.readings.rows, r.totals = append(r.readings.rows, row), append(r.totals, 0)
	}
	r.totals[i] += hits
}

// newCountRow returns the row of a probe with some values.
func newCountRow(p uprobe.Probe, by grouping, key []uprobe.KeyValue) countRow {
	row := countRow{probe: p, by: by.json(key), isCut: isCut(key)}
	row.stack = by.stack(p.String(), key)
	for i, v := range key {
		if by[i].stacks != nil {
			continue
		}
		row.key += " " + by[i].arg.label() + "=" + by[i].text(v)
	}
	return row
}
