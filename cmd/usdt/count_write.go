//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// A countWriter shows readings. The last one is of what followed the one before until the end.
type countWriter interface {
	write(r countReading, last bool) error
}

// countLines writes a line for each probe and, if there are several, one for all of them.
type countLines struct {
	w      io.Writer
	titled bool
}

func (c *countLines) write(r countReading, _ bool) error {
	var b strings.Builder
	width := len("PROVIDER:PROBE")
	for _, p := range r.probes {
		width = max(width, utf8.RuneCountInString(printable(p.String())))
	}
	if !c.titled {
		fmt.Fprintf(&b, "%-8s  %-*s  %12s  %14s\n", "TIME", width, "PROVIDER:PROBE", "HITS/S", "HITS")
		c.titled = true
	}
	line := func(name string, hits, total uint64) {
		fmt.Fprintf(&b, "%s  %-*s  %12s  %14d\n", r.to.Format(time.TimeOnly), width, name, r.rate(hits), total)
	}
	for i, p := range r.probes {
		line(printable(p.String()), r.hits[i], r.totals[i])
	}
	if len(r.probes) > 1 {
		line("total", sum(r.hits), sum(r.totals))
	}
	_, err := io.WriteString(c.w, b.String())
	return err
}

// countJSON writes an object for each reading, in one line. The names of its members are an interface.
type countJSON struct{ w io.Writer }

type countReadingJSON struct {
	Time    time.Time        `json:"time"`    // when the interval ended
	Seconds float64          `json:"seconds"` // how long it was
	Probes  []probeCountJSON `json:"probes"`
	Missed  uint64           `json:"missed"` // hits of any of them that could not be counted, since the beginning
}

type probeCountJSON struct {
	Provider string `json:"provider"`
	Probe    string `json:"probe"`
	Hits     uint64 `json:"hits"`  // in the interval
	Total    uint64 `json:"total"` // since the beginning
}

func (c countJSON) write(r countReading, _ bool) error {
	j := countReadingJSON{Time: r.to, Seconds: r.to.Sub(r.from).Seconds(), Missed: r.missed}
	for i, p := range r.probes {
		j.Probes = append(j.Probes, probeCountJSON{p.Provider, p.Name, r.hits[i], r.totals[i]})
	}
	return writeJSONLine(c.w, j)
}
