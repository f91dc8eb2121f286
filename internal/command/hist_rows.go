package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// histRows write a row for each interval and each group of histograms: of what came in it.
type histRows struct {
	w      io.Writer
	view   *histView
	screen *screen // nil if rows scroll
	titled bool
	width  int // of the names

	before map[string]*histogram.Histogram // what each group had when the interval began, by id
	all    *histogram.Histogram            // what all had
}

// newHistRows returns what writes rows to w; if it may refresh a terminal, in place.
func newHistRows(w io.Writer, view *histView, mayRefresh bool) *histRows {
	r := &histRows{w: w, view: view}
	if terminalWidth(w) != 0 && mayRefresh {
		s := newScreen(w)
		r.screen = &s
	}
	return r
}

// A histInterval is what came in an interval: for each group that had values its name, the stack if
// it has one, and the histogram of these.
type histInterval struct {
	by     grouping
	groups []uprobe.Group
	names  []string
	stacks []string
	list   []*histogram.Histogram
	all    *histogram.Histogram
}

// next returns what came since the last call.
func (r *histRows) next(
	groups []uprobe.Group, by grouping, all *histogram.Histogram,
) histInterval {
	n := histInterval{by: by, all: all.Since(r.all)}
	before := r.before
	r.before, r.all = make(map[string]*histogram.Histogram), all
	for _, g := range groups {
		name, stack := by.name(g.Key, 0), ""
		if s := by.stack("", g.Key); s != nil {
			stack = s.text
		}
		id := name + "\n" + stack
		r.before[id] = g.Histogram
		if h := g.Histogram.Since(before[id]); h.Total() > 0 {
			n.groups, n.list = append(n.groups, g), append(n.list, h)
			n.names, n.stacks = append(n.names, name), append(n.stacks, stack)
		}
	}
	return n
}

// write writes the rows of an interval. The last one can be as short as it likes: without values,
// it is not worth a line.
func (r *histRows) write(
	at time.Time, groups []uprobe.Group, by grouping, all *histogram.Histogram, last bool,
) error {
	isFirst := r.all == nil
	n := r.next(groups, by, all)
	if last && !isFirst && n.all.Total() == 0 && r.screen == nil {
		return nil
	}
	columns := r.view.columns(n.list, n.all)
	shown := r.view.rows.first(r.view.order(n.list,
		func(a, b int) int { return compareKeys(n.groups[a].Key, n.groups[b].Key) },
		func(row int) bool { return by.isOthers(n.groups[row].Key) }))
	if r.screen != nil {
		room := max(1, r.screen.rows()-3) // the title, the total and the line with the cursor
		return r.screen.show(n.table(columns, shown[:min(len(shown), room)]))
	}
	_, err := io.WriteString(r.w, r.lines(at.Format(time.TimeOnly), n, columns, shown))
	return err
}

// allName is the name of the row of all groups together.
func (n histInterval) allName(shown int) string {
	if hidden := len(n.list) - shown; hidden > 0 {
		return fmt.Sprintf("all, with %d more", hidden)
	}
	return "all"
}

// table returns the rows for a screen. If there are no groups, it has the row of all.
func (n histInterval) table(columns []rowColumn, shown []int) *table {
	if len(n.by) == 0 {
		shown = nil
	}
	var names []string
	for _, i := range shown {
		names = append(names, n.names[i])
	}
	return rowTable("GROUP", append(names, n.allName(len(shown))), columns, shown)
}

// lines returns the rows as lines.
func (r *histRows) lines(when string, n histInterval, columns []rowColumn, shown []int) string {
	var b strings.Builder
	isGrouped := len(n.by) > 0
	for _, name := range append(slices.Clone(n.names), "GROUP", "all, with 65536 more") {
		r.width = max(r.width, utf8.RuneCountInString(printable.Text(name)))
	}
	line := func(when, name string, cell func(c rowColumn) string) {
		fmt.Fprintf(&b, "%-8s", when)
		if isGrouped {
			fmt.Fprintf(&b, "  %-*s", r.width, name)
		}
		for _, c := range columns {
			fmt.Fprintf(&b, "  %10s", cell(c))
		}
		b.WriteByte('\n')
	}
	if !r.titled {
		line("TIME", "GROUP", func(c rowColumn) string { return c.title })
		r.titled = true
	}
	if isGrouped {
		for _, i := range shown {
			line(when, printable.Text(n.names[i]), func(c rowColumn) string { return c.text(i) })
			b.WriteString(n.stacks[i])
		}
	}
	if !isGrouped || len(n.list) != 1 {
		line(when, n.allName(len(shown)), func(c rowColumn) string { return c.total })
	}
	return b.String()
}

// end makes room for what is drawn at the end.
func (r *histRows) end() error {
	if r.screen == nil {
		return nil
	}
	_, err := io.WriteString(r.w, r.screen.erased())
	return err
}
