package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
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
}

// prepare says in which unit the values are, and sorts the groups.
func (r *histReading) prepare(unit histogram.Unit) {
	for _, g := range r.groups {
		g.Histogram.Unit = unit
	}
	slices.SortFunc(r.groups, func(a, b uprobe.Group) int {
		return cmp.Or(
			cmp.Compare(b.Histogram.Total(), a.Histogram.Total()),
			a.By.Compare(b.By),
			cmp.Compare(a.Text, b.Text),
		)
	})
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
		if err := writeHistogram(out, width, g.Histogram); err != nil {
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
func (r histReading) drawn() []uprobe.Group { return r.groups[:min(len(r.groups), mostGroups)] }

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
	w io.Writer, probes []uprobe.Probe, arg argument, by grouping, began, at time.Time,
) error {
	j := reading.Hist{
		Time: at, Seconds: at.Sub(began).Seconds(), Arg: arg.json(),
		Groups:     []reading.Group{}, // never null
		Unreadable: r.unreadable, Lost: r.lost,
	}
	for _, p := range probes {
		j.Probes = append(j.Probes, p.String())
	}
	j.Groups = append(j.Groups, r.json(by)...)
	return writeJSONLine(w, j)
}

// json returns the groups as JSON has them.
func (r histReading) json(by grouping) []reading.Group {
	var groups []reading.Group
	for _, g := range r.groups {
		groups = append(groups, reading.Group{By: by.json(g), Figures: reading.NewFigures(g.Histogram)})
	}
	return groups
}
