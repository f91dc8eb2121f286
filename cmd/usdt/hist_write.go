package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A histReading is what a distribution has counted so far.
type histReading struct {
	groups     []uprobe.Group // the groups with most values first
	unreadable uint64         // hits without the argument, or without the one to group by
	lost       uint64         // hits that found no place
	view       *histView
}

// prepare says in which unit the values are, and sorts the groups.
func (r *histReading) prepare(unit histogram.Unit, view *histView) {
	r.view = view
	list := make([]*histogram.Histogram, len(r.groups))
	for i, g := range r.groups {
		g.Histogram.Unit = unit
		list[i] = g.Histogram
	}
	sorted := make([]uprobe.Group, 0, len(r.groups))
	for _, i := range view.order(list,
		func(a, b int) int { return compareGroups(r.groups[a], r.groups[b]) },
		func(int) bool { return false }) {
		sorted = append(sorted, r.groups[i])
	}
	r.groups = sorted
}

// all returns the values of all groups.
func (r *histReading) all() *histogram.Histogram {
	all := new(histogram.Histogram)
	for i, g := range r.groups {
		if i == 0 {
			all.Scale, all.Unit = g.Histogram.Scale, g.Histogram.Unit
		}
		all.Merge(g.Histogram)
	}
	return all
}

// compareGroups compares the keys of groups.
func compareGroups(a, b uprobe.Group) int {
	return cmp.Or(a.By.Compare(b.By), cmp.Compare(a.Text, b.Text))
}

// mostGroups is how many histograms are drawn at most.
const mostGroups = 24

// write draws the histograms. loss says why hits are missing.
func (r histReading) write(w io.Writer, by grouping, loss string) error {
	out := bufio.NewWriter(w)
	if err := r.draw(out, terminalWidth(w), by); err != nil {
		return err
	}
	if len(r.groups) == 0 {
		fmt.Fprintln(out, "no values")
	}
	writeUnless0(out, r.unreadable, "hits whose argument could not be read")
	writeUnless0(out, r.lost, "hits lost to too many different values, or "+loss)
	return out.Flush()
}

// draw draws the histograms, in lines of at most width columns.
func (r histReading) draw(out io.Writer, width int, by grouping) error {
	for i, g := range r.drawn() {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if name := by.name(g); name != "" {
			fmt.Fprintln(out, name)
		}
		if err := r.view.writeHistogram(out, width, g.Histogram); err != nil {
			return err
		}
	}
	if hidden := r.groups[len(r.drawn()):]; len(hidden) > 0 {
		fmt.Fprintf(out, "\nnot drawn: %d more values of %s, count %d\n",
			len(hidden), by.arg.label(), total(hidden))
	}
	return nil
}

// drawn returns the groups for which there is room.
func (r histReading) drawn() []uprobe.Group {
	return r.groups[:min(len(r.groups), cmp.Or(r.view.rows.top, mostGroups))]
}

func total(groups []uprobe.Group) uint64 {
	var n uint64
	for _, g := range groups {
		n += g.Histogram.Total()
	}
	return n
}

// panels returns what is drawn in a picture.
func (r histReading) panels(by grouping) []histogram.Group {
	var panels []histogram.Group
	for _, g := range r.drawn() {
		panels = append(panels, histogram.Group{Name: by.name(g), Histogram: g.Histogram})
	}
	if len(panels) == 0 {
		return []histogram.Group{{Histogram: new(histogram.Histogram)}}
	}
	return panels
}

func (r histReading) writeJSON(
	w io.Writer, probes []uprobe.Probe, arg argument, by grouping, unit string, began, at time.Time,
) error {
	j := reading.Hist{
		Time: at, Seconds: at.Sub(began).Seconds(), Arg: arg.json(), Unit: unit, More: r.more(),
		Groups:     []reading.Group{}, // never null
		Unreadable: r.unreadable, Lost: r.lost,
	}
	for _, p := range probes {
		j.Probes = append(j.Probes, p.String())
	}
	j.Groups = append(j.Groups, r.json(by)...)
	return writeJSONLine(w, j)
}

// more is how many groups the user does not want.
func (r histReading) more() int {
	if r.view.rows.top == 0 {
		return 0
	}
	return max(0, len(r.groups)-r.view.rows.top)
}

// json returns the groups as JSON has them.
func (r histReading) json(by grouping) []reading.Group {
	var groups []reading.Group
	for _, g := range r.groups[:len(r.groups)-r.more()] {
		f := reading.NewFigures(g.Histogram)
		f.Quantiles = r.view.jsonQuantiles(g.Histogram)
		groups = append(groups, reading.Group{By: by.json(g), Figures: f})
	}
	return groups
}
