package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// A rowColumn is a column of numbers beside the names of rows.
type rowColumn struct {
	name    string // as --sort has it
	title   string
	text    func(row int) string
	compare func(a, b int) int // ascending; rows without a number are the least
	total   string             // of all rows, "" if there is none
}

// sortKey is how --sort calls the names of rows.
const sortKey = "key"

// rowFlags are the flags that say which rows are shown, and in which order.
type rowFlags struct {
	top     int
	sort    string // "" for the order that the command chooses
	reverse bool
}

func (f *rowFlags) addFlags(cmd *cobra.Command, columns string) {
	cmd.Flags().IntVar(&f.top, "top", 0, "show only the first `N`")
	cmd.Flags().StringVar(&f.sort, "sort", "",
		"sort by `COLUMN`, the largest first: key, which begins with the least, "+columns)
	cmd.Flags().BoolVar(&f.reverse, "reverse", false, "reverse the order")
}

// check reports wrong flags. The columns need only have names.
func (f *rowFlags) check(columns []rowColumn) error {
	if f.top < 0 {
		return usagef("--top %d is negative", f.top)
	}
	if f.sort == "" || f.sort == sortKey || f.column(columns) != nil {
		return nil
	}
	names := []string{sortKey}
	for _, c := range columns {
		if c.name != "" {
			names = append(names, c.name)
		}
	}
	return usagef("--sort %s: there is no such column; there are %s", f.sort,
		strings.Join(names, ", "))
}

// column returns the column to sort by: the one of that name, or the first of that figure of any
// argument.
func (f *rowFlags) column(columns []rowColumn) *rowColumn {
	for i, c := range columns {
		figure, _, _ := strings.Cut(c.name, "(")
		if f.sort != "" && (c.name == f.sort || figure == f.sort) {
			return &columns[i]
		}
	}
	return nil
}

// order sorts rows, which come in the order that the command chooses. Those that isLast reports
// stay at the end.
func (f *rowFlags) order(
	rows []int, columns []rowColumn, compareKeys func(a, b int) int, isLast func(row int) bool,
) {
	compare := func(a, b int) int { return 0 }
	switch c := f.column(columns); {
	case f.sort == sortKey:
		compare = compareKeys
	case c != nil:
		compare = func(a, b int) int { return c.compare(b, a) }
	}
	end := slices.IndexFunc(rows, isLast)
	if end < 0 {
		end = len(rows)
	}
	slices.SortStableFunc(rows[:end], compare)
	if f.reverse {
		slices.Reverse(rows[:end])
	}
}

// first returns as many rows as are wanted.
func (f *rowFlags) first(rows []int) []int {
	if f.top == 0 {
		return rows
	}
	return rows[:min(f.top, len(rows))]
}
