//go:build linux

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// countScreen writes each reading over the one before. The last one is of the whole time.
type countScreen struct {
	w       io.Writer
	columns func() int
	rows    func() int
	lines   int // of what stands there
}

// newCountScreen returns a writer for the terminal that w is.
func newCountScreen(w io.Writer) *countScreen {
	return &countScreen{
		w:       w,
		columns: func() int { return terminalWidth(w) },
		rows:    func() int { return terminalHeight(w) },
	}
}

func (c *countScreen) write(r countReading, last bool) error {
	rate, room := "HITS/S", max(1, c.rows()-3) // the title, the total and the line with the cursor
	if last {
		r, rate, room = r.whole(), "MEAN HITS/S", len(r.probes)
	}
	t := countTable(r, rate, room)
	t.fit(max(c.columns()-1, 1)) // the last column stays free: it could wrap
	erase := ""
	if c.lines > 0 {
		erase = fmt.Sprintf("\x1b[%dF\x1b[J", c.lines)
	}
	c.lines = 1 + len(t.columns[0].cells)
	_, err := io.WriteString(c.w, erase+t.String())
	return err
}

// countTable has at most room probes, and one row more for all of them.
func countTable(r countReading, rateTitle string, room int) *table {
	probe := column{title: "PROVIDER:PROBE", least: 14}
	rate := column{title: rateTitle, right: true}
	total := column{title: "HITS", right: true}
	row := func(name string, hits, count uint64) {
		probe.add(name)
		rate.add(r.rate(hits))
		total.add(strconv.FormatUint(count, 10))
	}
	for _, i := range busiest(r.hits, room) {
		row(r.probes[i].String(), r.hits[i], r.totals[i])
	}
	name := "total"
	if hidden := len(r.probes) - room; hidden > 0 {
		name = fmt.Sprintf("total, with %d more", hidden)
	}
	row(name, sum(r.hits), sum(r.totals))
	return &table{columns: []*column{&probe, &rate, &total}, cut: []*column{&probe}}
}

// busiest returns, in order, the indexes of the n highest counts.
func busiest(hits []uint64, n int) []int {
	indexes := make([]int, len(hits))
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, func(a, b int) int { return cmp.Compare(hits[b], hits[a]) })
	indexes = indexes[:min(n, len(indexes))]
	slices.Sort(indexes)
	return indexes
}
