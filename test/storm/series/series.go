// Package series judges whether quantities that were sampled for a long time are flat, and draws
// them.
package series

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Series is one quantity, sampled at even times.
type Series struct {
	Name  string  // such as "descriptors"
	Of    string  // whose it is: a part of the picture
	Unit  string  // such as "MiB", or none for a number of things
	Slack float64 // how much the floor of a line may rise
	Lines []*Line // one for each process that was sampled
}

// A Line has the samples of one process.
type Line struct {
	Name   string // can be empty if it is the only one
	Values []float64
}

// Add adds a value to the line with a name.
func (s *Series) Add(line string, value float64) {
	i := slices.IndexFunc(s.Lines, func(l *Line) bool { return l.Name == line })
	if i < 0 {
		i = len(s.Lines)
		s.Lines = append(s.Lines, &Line{Name: line})
	}
	s.Lines[i].Values = append(s.Lines[i].Values, value)
}

// fewest is how many samples there must be at least, so that a quarter has some.
const fewest = 12

// Floor returns the lowest value of a quarter, which is 0 to 3. What comes and goes beside the
// samples, such as the tracers of other people, does not move the lowest value. A leak does.
func (l *Line) Floor(quarter int) float64 {
	n := len(l.Values)
	return slices.Min(l.Values[quarter*n/4 : (quarter+1)*n/4])
}

// Rise returns by how much the floor of the last quarter is above that of the second one. The first
// quarter is left out, in which caches and pools fill.
func (l *Line) Rise() float64 { return l.Floor(3) - l.Floor(1) }

// Flat returns an error if a floor has risen by more than the slack.
func (s *Series) Flat() error {
	var errs []error
	for _, l := range s.Lines {
		name := strings.TrimSpace(s.Of + ", " + s.Name + " " + l.Name)
		if n := len(l.Values); n < fewest {
			errs = append(errs, fmt.Errorf("%s: %d samples, want %d", name, n, fewest))
		} else if l.Rise() > s.Slack {
			errs = append(errs, fmt.Errorf("%s: the floor rose from %g to %g %s, by more than %g",
				name, l.Floor(1), l.Floor(3), s.Unit, s.Slack))
		}
	}
	return errors.Join(errs...)
}

// Table returns the floors and slacks as a table in Markdown.
func Table(all []*Series) string {
	var b strings.Builder
	b.WriteString("| | unit | second quarter | last quarter | highest | may rise by |\n" +
		"|---|---|---|---|---|---|\n")
	for _, s := range all {
		for _, l := range s.Lines {
			name := s.Of + ": " + s.Name
			if l.Name != "" {
				name += ", " + l.Name
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", name, s.Unit, number(l.Floor(1)),
				number(l.Floor(3)), number(slices.Max(l.Values)), number(s.Slack))
		}
	}
	return b.String()
}

// number returns at most two decimals.
func number(v float64) string {
	s := strings.TrimRight(fmt.Sprintf("%.2f", v), "0")
	return strings.TrimSuffix(s, ".")
}
