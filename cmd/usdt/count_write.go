package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// A countWriter shows readings. The last reading is of the time from the one before until the end.
type countWriter interface {
	write(r countReading, last bool) error
}

// countLines writes a line for each probe and, if there are several, a line for their total.
type countLines struct {
	w      io.Writer
	titled bool
}

func (c *countLines) write(r countReading, _ bool) error {
	var b strings.Builder
	width := len("PROVIDER:PROBE")
	for _, row := range r.rows {
		width = max(width, utf8.RuneCountInString(printable.Text(row.name())))
	}
	if !c.titled {
		fmt.Fprintf(&b, "%-8s  %-*s  %12s  %14s\n", "TIME", width, "PROVIDER:PROBE", "HITS/S", "HITS")
		c.titled = true
	}
	line := func(name string, hits, total uint64) {
		fmt.Fprintf(&b, "%s  %-*s  %12s  %14d\n",
			r.to.Format(time.TimeOnly), width, name, r.rate(hits), total)
	}
	for _, i := range r.shown() {
		line(printable.Text(r.rows[i].name()), r.hits[i], r.totals[i])
		if r.rows[i].stack != nil {
			b.WriteString(r.rows[i].stack.text)
		}
	}
	if len(r.rows) > 1 {
		line("total", sum(r.hits), sum(r.totals))
	}
	_, err := io.WriteString(c.w, b.String())
	return err
}

// shown returns the indexes of the rows of an interval, in order: all probes, or the groups that
// had hits, those with most first.
func (r countReading) shown() []int {
	all := busiest(r.hits, len(r.hits))
	if !r.isGrouped() {
		return all
	}
	slices.SortStableFunc(all, func(a, b int) int {
		switch {
		case r.rows[a].isOthers:
			return 1
		case r.rows[b].isOthers:
			return -1
		}
		return cmp.Compare(r.hits[b], r.hits[a])
	})
	return slices.DeleteFunc(all, func(i int) bool { return r.hits[i] == 0 })
}

// countJSON writes an object for each reading, in one line.
type countJSON struct{ w io.Writer }

func (c countJSON) write(r countReading, _ bool) error {
	j := reading.Count{
		Time: r.to, Seconds: r.to.Sub(r.from).Seconds(), Missed: r.missed,
		Probes: []reading.ProbeCount{}, // never null
	}
	for i, row := range r.rows {
		if row.isOthers {
			j.Others = &r.totals[i]
			continue
		}
		j.Probes = append(j.Probes, reading.ProbeCount{
			Provider: row.probe.Provider, Probe: row.probe.Name, By: row.by, Cut: row.isCut,
			Hits: r.hits[i], Total: r.totals[i], Stack: row.stack.json(),
		})
	}
	return writeJSONLine(c.w, j)
}

// countScreen writes each reading over the one before. The last reading is of the whole time.
type countScreen struct {
	w       io.Writer
	columns func() int
	rows    func() int
	lines   int // of the reading on the screen
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
		r, rate, room = r.whole(), "MEAN HITS/S", len(r.rows)
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

// mostGroupRows is how many groups are on a screen at most, also at the end.
const mostGroupRows = 100

// countTable has at most room probes, or as many groups with most hits, and one more row for the
// total.
func countTable(r countReading, rateTitle string, room int) *table {
	probe := column{title: "PROVIDER:PROBE", least: 14}
	rate := column{title: rateTitle, right: true}
	total := column{title: "HITS", right: true}
	row := func(name string, hits, count uint64) {
		probe.add(name)
		rate.add(r.rate(hits))
		total.add(strconv.FormatUint(count, 10))
	}
	shown := busiest(r.hits, room)
	if r.isGrouped() {
		shown = r.shown()
		shown = shown[:min(len(shown), room, mostGroupRows)]
	}
	for _, i := range shown {
		row(r.rows[i].name(), r.hits[i], r.totals[i])
	}
	name := "total"
	if hidden := len(r.rows) - len(shown); hidden > 0 {
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
