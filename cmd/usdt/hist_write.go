//go:build linux

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A histReading is what a distribution has counted so far.
type histReading struct {
	groups     []uprobe.Group // the groups with most values first
	unreadable uint64         // hits without the argument, or without the one to group by
	lost       uint64         // hits that found no place
}

// readHist reads a distribution.
func readHist(d *uprobe.Distribution, unit histogram.Unit) (r histReading, err error) {
	if r.groups, err = d.Read(); err != nil {
		return r, err
	}
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
	if r.unreadable, err = d.Unreadable(); err != nil {
		return r, err
	}
	r.lost, err = d.Lost()
	return r, err
}

// A grouping is the argument by whose values histograms are grouped.
type grouping struct {
	arg     argument // noArgument: there is one histogram
	isText  bool     // the argument points to text, or to bytes
	isBytes bool     // it points to bytes, which need not be text
	value   *field   // how its values are shown, nil when all that is known is that they are integers
}

// name says which group it is. Text of the program is quoted.
func (by grouping) name(g uprobe.Group) string {
	switch {
	case by.arg == noArgument:
		return ""
	case by.isText:
		return fmt.Sprintf("%s = %s", by.arg.label(), printable.Quote(g.Text))
	case by.value != nil:
		return fmt.Sprintf("%s = %s", by.arg.label(), by.value.appendText(nil, valueOf(g)))
	}
	return fmt.Sprintf("%s = %v", by.arg.label(), g.By)
}

// valueOf returns the value of the group as an argument.
func valueOf(g uprobe.Group) []uprobe.Value {
	return []uprobe.Value{{Int: g.By.Bits, Read: true}}
}

// json returns the value of the group for JSON: a string, a number, true or false, or nil.
func (by grouping) json(g uprobe.Group) any {
	switch {
	case by.arg == noArgument:
		return nil
	case by.isBytes:
		return []byte(g.Text) // in base64
	case by.isText:
		return g.Text
	case by.value != nil:
		return json.RawMessage(by.value.appendJSON(nil, valueOf(g)))
	}
	return g.By
}

// mostGroups is how many histograms are drawn at most.
const mostGroups = 24

// write draws the histograms.
func (r histReading) write(w io.Writer, by grouping) error {
	out := bufio.NewWriter(w)
	for i, g := range r.drawn() {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if name := by.name(g); name != "" {
			fmt.Fprintln(out, name)
		}
		if err := writeHistogram(out, terminalWidth(w), g.Histogram); err != nil {
			return err
		}
	}
	if len(r.groups) == 0 {
		fmt.Fprintln(out, "no values")
	}
	if hidden := r.groups[len(r.drawn()):]; len(hidden) > 0 {
		fmt.Fprintf(out, "\nnot drawn: %d more values of %s, count %d\n",
			len(hidden), by.arg.label(), total(hidden))
	}
	writeUnless0(out, r.unreadable, "hits whose argument could not be read")
	writeUnless0(out, r.lost,
		"hits lost to too many different values, or while another BPF program was running")
	return out.Flush()
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

// histJSON is a reading in JSON. The names of its members are an interface.
type histJSON struct {
	Time       time.Time       `json:"time"`
	Seconds    float64         `json:"seconds"` // since the beginning
	Probes     []string        `json:"probes"`
	Arg        any             `json:"arg"`    // its number or, if the user gave that, its name
	Groups     []histGroupJSON `json:"groups"` // those with most values first
	Unreadable uint64          `json:"unreadable"`
	Lost       uint64          `json:"lost"`
}

type histGroupJSON struct {
	By any `json:"by"` // the value of the argument, or null when there is none
	figuresJSON
}

func (r histReading) writeJSON(
	w io.Writer, probes []uprobe.Probe, arg argument, by grouping, began, at time.Time,
) error {
	j := histJSON{
		Time: at, Seconds: at.Sub(began).Seconds(), Arg: arg.json(),
		Groups:     []histGroupJSON{}, // never null
		Unreadable: r.unreadable, Lost: r.lost,
	}
	for _, p := range probes {
		j.Probes = append(j.Probes, p.String())
	}
	for _, g := range r.groups {
		j.Groups = append(j.Groups, histGroupJSON{by.json(g), newFiguresJSON(g.Histogram)})
	}
	return writeJSONLine(w, j)
}
