package command

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A figure is one of the numbers that are made of the values of an argument.
type figure string

const (
	sumFigure figure = "sum"
	avgFigure figure = "avg"
	minFigure figure = "min"
	maxFigure figure = "max"
)

// A statsColumn is a figure of an argument.
type statsColumn struct {
	figure
	arg argument
}

// addedUp are the arguments of which figures are wanted.
type addedUp struct {
	args    []argument
	units   []histogram.Unit // by index of argument
	columns []statsColumn
}

// addedUp returns the arguments of the probes of which figures are wanted.
func (f *statsFlags) addedUp(probes []uprobe.Probe) (*addedUp, error) {
	a := &addedUp{columns: f.columns}
	for _, c := range f.columns {
		if slices.Contains(a.args, c.arg) {
			continue
		}
		unit, err := unitOfArgument("--"+string(c.figure), c.arg, probes)
		if err != nil {
			return nil, err
		}
		a.args, a.units = append(a.args, c.arg), append(a.units, unit)
	}
	if len(f.columns) == 0 && f.unit.name != "" {
		return nil, usagef("--unit %s: of which argument? name it by --sum, --avg, --min or --max",
			f.unit.name)
	}
	return a, f.unit.apply(a.units, func(i int) string { return a.args[i].label() })
}

// engineArguments returns the arguments as the engine has them.
func (a *addedUp) engineArguments() []uprobe.Argument {
	var args []uprobe.Argument
	for _, arg := range a.args {
		args = append(args, uprobe.Argument(arg))
	}
	return args
}

// rowColumns returns the columns of rows; of returns the stats of a row.
func (a *addedUp) rowColumns(of func(row int) []integer.Stats, all []integer.Stats) []rowColumn {
	var columns []rowColumn
	for _, c := range a.columns {
		i := slices.Index(a.args, c.arg)
		stats := func(row int) integer.Stats { return elementOrZero(of(row), i) }
		name := string(c.figure) + "(" + c.arg.label() + ")"
		columns = append(columns, rowColumn{
			name: name, title: strings.ToUpper(string(c.figure)) + name[len(c.figure):],
			text:    func(row int) string { return c.text(stats(row), a.units[i]) },
			compare: func(x, y int) int { return c.compare(stats(x), stats(y)) },
			total:   c.text(elementOrZero(all, i), a.units[i]),
		})
	}
	return columns
}

// elementOrZero returns an element of a list, or zero behind its end: the last rows, and the last
// arguments, may have no stats.
func elementOrZero[T any](list []T, i int) (element T) {
	if i < len(list) {
		element = list[i]
	}
	return element
}

// text returns the figure for people.
func (c figure) text(s integer.Stats, u histogram.Unit) string {
	switch {
	case s.Count == 0:
		return "-"
	case c == minFigure:
		return u.FormatInteger(s.Min)
	case c == maxFigure:
		return u.FormatInteger(s.Max)
	case s.TooMany:
		return "?"
	case c == avgFigure:
		return u.FormatRat(s.Sum.Over(s.Count))
	case u == histogram.Number:
		return s.Sum.String()
	}
	return u.FormatRat(s.Sum.Over(1))
}

// compare compares by the figure; that of no values is the least.
func (c figure) compare(a, b integer.Stats) int {
	switch {
	case a.Count == 0 || b.Count == 0:
		return cmp.Compare(a.Count, b.Count)
	case c == minFigure:
		return a.Min.Compare(b.Min)
	case c == maxFigure:
		return a.Max.Compare(b.Max)
	case c == avgFigure:
		return a.Sum.Over(a.Count).Cmp(b.Sum.Over(b.Count))
	}
	return a.Sum.Compare(b.Sum)
}

// json returns what JSON has of the stats of a row, by argument.
func (a *addedUp) json(stats []integer.Stats) map[string]reading.Stats {
	if len(a.args) == 0 {
		return nil
	}
	j := make(map[string]reading.Stats)
	for i, arg := range a.args {
		j[arg.String()] = reading.NewStats(elementOrZero(stats, i))
	}
	return j
}

// names returns the arguments as a program is asked for them.
func (a *addedUp) names() string {
	var names []string
	for _, arg := range a.args {
		names = append(names, arg.String())
	}
	return strings.Join(names, ",")
}

// read undoes json.
func (a *addedUp) read(j map[string]reading.Stats) ([]integer.Stats, error) {
	stats := make([]integer.Stats, len(a.args))
	for i, arg := range a.args {
		var err error
		if stats[i], err = j[arg.String()].Integers(); err != nil {
			return nil, fmt.Errorf("%s: %w", arg.label(), err)
		}
	}
	return stats, nil
}

// jsonUnits returns the units of the arguments that have one.
func (a *addedUp) jsonUnits() map[string]string {
	var units map[string]string
	for i, arg := range a.args {
		if a.units[i] != histogram.Number {
			if units == nil {
				units = make(map[string]string)
			}
			units[arg.String()] = a.units[i].Name
		}
	}
	return units
}

// tellUnread says at how many of all hits an argument could not be read.
func (a *addedUp) tellUnread(stderr io.Writer, r countReading) {
	for i, arg := range a.args {
		unread := sum(r.totals)
		for _, stats := range r.allStats {
			unread -= elementOrZero(stats, i).Count
		}
		writeUnless0(stderr, unread, "hits at which "+arg.label()+" could not be read")
	}
}
