package command

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

const (
	probeTitle = "PROVIDER:PROBE"
	rateTitle  = "HITS/S"
)

// A countView says which rows and columns of a count are shown.
type countView struct {
	rows  *rowFlags
	added *addedUp
}

// columns returns the columns of a reading. Hits are those since the beginning or, beside figures
// of arguments, those of the interval, as the figures are.
func (v *countView) columns(r countReading, rateTitle string) []rowColumn {
	hits := r.totals
	if len(v.added.args) > 0 {
		hits = r.hits
	}
	columns := []rowColumn{
		{
			title: rateTitle,
			text:  func(row int) string { return r.rate(r.hits[row]) },
			total: r.rate(sum(r.hits)),
		},
		{
			name: "hits", title: "HITS",
			text:    func(row int) string { return strconv.FormatUint(hits[row], 10) },
			compare: func(a, b int) int { return cmp.Compare(r.hits[a], r.hits[b]) },
			total:   strconv.FormatUint(sum(hits), 10),
		},
	}
	var all []integer.Stats
	for _, stats := range r.stats {
		all = joinStats(all, stats)
	}
	of := func(row int) []integer.Stats { return elementOrZero(r.stats, row) }
	return append(columns, v.added.rowColumns(of, all)...)
}

// shown returns the indexes of the rows of an interval that are shown, in order.
func (v *countView) shown(r countReading, columns []rowColumn) []int {
	rows := r.inOrder()
	if v.rows.top > 0 && v.rows.sort == "" && !r.isGrouped() {
		rows = r.byHits(rows)
	}
	rows = v.rows.order(rows, columns, "",
		func(a, b int) int { return r.rows[a].compareKeys(r.rows[b]) },
		func(row int) bool { return r.rows[row].isOthers })
	return v.rows.first(rows)
}

// chosen returns the indexes of the rows that JSON has: all of them, unless the user chooses.
func (v *countView) chosen(r countReading) []int {
	if *v.rows == (rowFlags{}) {
		return indexes(len(r.rows))
	}
	return v.shown(r, v.columns(r, rateTitle))
}

func indexes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// inOrder returns the indexes of the rows of an interval, in the order that needs no flag: all
// probes, or the groups that had hits, those with most first and the others last.
func (r countReading) inOrder() []int {
	all := indexes(len(r.rows))
	if !r.isGrouped() {
		return all
	}
	return slices.DeleteFunc(r.byHits(all), func(i int) bool { return r.hits[i] == 0 })
}

// byHits sorts rows by the hits of the interval, those with most first and the others last.
func (r countReading) byHits(rows []int) []int {
	slices.SortStableFunc(rows, func(a, b int) int {
		switch {
		case r.rows[a].isOthers:
			return 1
		case r.rows[b].isOthers:
			return -1
		}
		return cmp.Compare(r.hits[b], r.hits[a])
	})
	return rows
}

// table has at most room rows, and one more for the total. Of probes that are in no order that the
// user has chosen, it has those with most hits.
func (v *countView) table(r countReading, rate string, room int) *table {
	columns := v.columns(r, rate)
	shown := v.shown(r, columns)
	switch {
	case r.isGrouped():
		shown = shown[:min(len(shown), room, max(mostGroupRows, v.rows.top))]
	case *v.rows == (rowFlags{}):
		shown = slices.Sorted(slices.Values(r.byHits(shown)[:min(len(shown), room)]))
	default:
		shown = shown[:min(len(shown), room)]
	}
	var names []string
	for _, i := range shown {
		names = append(names, r.rows[i].name())
	}
	return rowTable(probeTitle, append(names, r.totalName(len(shown))), columns, shown)
}

// totalName is the name of the row for all rows, of which some are shown.
func (r countReading) totalName(shown int) string {
	hidden := len(r.rows) - shown
	if hidden > 0 {
		return fmt.Sprintf("total, with %d more", hidden)
	}
	return "total"
}
