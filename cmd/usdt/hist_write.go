//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// mostGroups is how many histograms are drawn at most.
const mostGroups = 24

// write draws the histograms. By is the argument that groups them.
func (r histReading) write(w io.Writer, by int) error {
	out := bufio.NewWriter(w)
	for i, g := range r.drawn() {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if name := g.name(by); name != "" {
			fmt.Fprintln(out, name)
		}
		if err := writeHistogram(out, terminalWidth(w), g.histogram); err != nil {
			return err
		}
	}
	if len(r.groups) == 0 {
		fmt.Fprintln(out, "no values")
	}
	if hidden := r.groups[len(r.drawn()):]; len(hidden) > 0 {
		fmt.Fprintf(out, "\nnot drawn: %d more values of arg%d, count %d\n", len(hidden), by, total(hidden))
	}
	writeUnless0(out, r.unreadable, "hits whose argument could not be read")
	writeUnless0(out, r.lost, "hits lost to too many different values, or while another BPF program was running")
	return out.Flush()
}

// drawn returns the groups for which there is room.
func (r histReading) drawn() []histGroup { return r.groups[:min(len(r.groups), mostGroups)] }

func total(groups []histGroup) uint64 {
	var n uint64
	for _, g := range groups {
		n += g.histogram.Total()
	}
	return n
}

// panels returns what is drawn in a picture.
func (r histReading) panels(by int) []histogram.Group {
	var panels []histogram.Group
	for _, g := range r.drawn() {
		panels = append(panels, histogram.Group{Name: g.name(by), Histogram: g.histogram})
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
	Arg        int             `json:"arg"`
	Groups     []histGroupJSON `json:"groups"` // those with most values first
	Unreadable uint64          `json:"unreadable"`
	Lost       uint64          `json:"lost"`
}

type histGroupJSON struct {
	By any `json:"by"` // the value of the argument, a string or a number, or null
	figuresJSON
}

func (r histReading) writeJSON(w io.Writer, probes []uprobe.Probe, arg int, began, at time.Time) error {
	j := histJSON{
		Time: at, Seconds: at.Sub(began).Seconds(), Arg: arg, Groups: []histGroupJSON{}, // never null
		Unreadable: r.unreadable, Lost: r.lost,
	}
	for _, p := range probes {
		j.Probes = append(j.Probes, p.String())
	}
	for _, g := range r.groups {
		j.Groups = append(j.Groups, histGroupJSON{g.by, newFiguresJSON(g.histogram)})
	}
	return writeJSONLine(w, j)
}
