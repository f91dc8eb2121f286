package command

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

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
		func(a, b int) int { return compareKeys(r.groups[a].Key, r.groups[b].Key) },
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
	drawn, hidden := r.drawn(by)
	for i, g := range drawn {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if name := by.name(g.Key, 0); name != "" {
			fmt.Fprintln(out, name)
		}
		if stack := by.stack("", g.Key); stack != nil {
			fmt.Fprint(out, stack.text)
		}
		if err := r.view.writeHistogram(out, width, g.Histogram); err != nil {
			return err
		}
		if len(by) > 0 {
			writeUnless0(out, g.Unplaced, "values of these that are missing here, because there are too "+
				"many different ones")
		}
	}
	if len(hidden) > 0 {
		fmt.Fprintf(out, "\nnot drawn: %d more values of %s, count %d\n",
			len(hidden), by.label(), total(hidden))
	}
	return nil
}

// drawn returns the groups for which there is room, and the others that have a group of their own.
func (r histReading) drawn(by grouping) (drawn, hidden []uprobe.Group) {
	groups, others := r.split(by)
	n := min(len(groups), cmp.Or(r.view.rows.top, mostGroups))
	return append(groups[:n:n], others...), groups[n:]
}

// split returns the groups, and that of all for which the kernel had no room, if there is one.
func (r histReading) split(by grouping) (groups, others []uprobe.Group) {
	for i, g := range r.groups {
		if by.isOthers(g.Key) {
			return slices.Concat(r.groups[:i], r.groups[i+1:]), r.groups[i : i+1]
		}
	}
	return r.groups, nil
}

func total(groups []uprobe.Group) uint64 {
	var n uint64
	for _, g := range groups {
		n += g.Histogram.Total()
	}
	return n
}

// unplaced returns how many values are missing in the histograms.
func unplaced(groups []uprobe.Group) uint64 {
	var n uint64
	for _, g := range groups {
		n += g.Unplaced
	}
	return n
}

// In a picture, the name of a group has one line. Long texts make room, as far as leastInPicture.
const (
	nameInPicture  = 34 // characters
	leastInPicture = 8
)

// nameForPicture returns the name of a group with texts so short that all its values are there.
func (g grouping) nameForPicture(key []uprobe.KeyValue) string {
	longest := nameInPicture
	name := g.name(key, longest)
	for utf8.RuneCountInString(name) > nameInPicture && longest > leastInPicture {
		longest--
		name = g.name(key, longest)
	}
	return name
}

// panels returns what is drawn in a picture.
func (r histReading) panels(by grouping) []histogram.Group {
	var panels []histogram.Group
	drawn, _ := r.drawn(by)
	for _, g := range drawn {
		name := by.nameForPicture(g.Key) + by.innermost(g.Key)
		panels = append(panels, histogram.Group{Name: name, Histogram: g.Histogram})
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
		Time: at, Seconds: at.Sub(began).Seconds(), Arg: arg.json(), Unit: unit,
		Unreadable: r.unreadable, Lost: r.lost,
	}
	for _, p := range probes {
		j.Probes = append(j.Probes, p.String())
	}
	if j.Groups, j.Others, j.More = r.json(by); j.Groups == nil {
		j.Groups = []reading.Group{} // never null
	}
	return writeJSONLine(w, j)
}

// json returns the groups as JSON has them.
func (r histReading) json(by grouping) (groups []reading.Group, others *reading.Group, more int) {
	known, rest := r.split(by)
	if r.view.rows.top > 0 {
		more = max(0, len(known)-r.view.rows.top)
	}
	for _, g := range known[:len(known)-more] {
		groups = append(groups, r.groupJSON(g, by))
	}
	for _, g := range rest {
		j := r.groupJSON(g, by)
		others = &j
	}
	return groups, others, more
}

func (r histReading) groupJSON(g uprobe.Group, by grouping) reading.Group {
	j := reading.Group{
		By: by.json(g.Key), Cut: isCut(g.Key), Figures: reading.NewFigures(g.Histogram),
		Stack: by.stack("", g.Key).json(),
	}
	j.Quantiles = r.view.jsonQuantiles(g.Histogram)
	if len(by) > 0 {
		j.Unplaced = g.Unplaced
	}
	return j
}
