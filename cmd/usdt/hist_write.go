//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-usdt/usdt/internal/histogram"
)

// mostGroups is how many histograms are drawn at most.
const mostGroups = 24

// write draws the histograms.
func (r histReading) write(w io.Writer, by int) error {
	out := bufio.NewWriter(w)
	shown, hidden := r.shown()
	for i, g := range shown {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if name := g.name(by); name != "" {
			fmt.Fprintf(out, "%s:\n", name)
		}
		if err := writeHistogram(out, terminalWidth(w), g.histogram); err != nil {
			return err
		}
	}
	if len(r.groups) == 0 {
		fmt.Fprintln(out, "no values")
	}
	if len(hidden) > 0 {
		fmt.Fprintf(out, "\nand %d values of arg%d more, with a count of %d; --json has them all\n", len(hidden), by, total(hidden))
	}
	fmt.Fprint(out, losses(loss{r.unreadable, "could not be read"}, loss{r.lost, "were lost"}))
	return out.Flush()
}

func (r histReading) shown() (shown, hidden []histGroup) {
	n := min(len(r.groups), mostGroups)
	return r.groups[:n], r.groups[n:]
}

func total(groups []histGroup) uint64 {
	var n uint64
	for _, g := range groups {
		n += g.histogram.Total()
	}
	return n
}
