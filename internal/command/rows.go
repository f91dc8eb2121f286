package command

import (
	"cmp"
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
	if f.sort == "" || f.sort == sortKey || columnNamed(f.sort, columns) != nil {
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

// columnNamed returns the column of a name, or the first of that figure of any argument.
func columnNamed(name string, columns []rowColumn) *rowColumn {
	for i, c := range columns {
		figure, _, _ := strings.Cut(c.name, "(")
		if name != "" && (c.name == name || figure == name) {
			return &columns[i]
		}
	}
	return nil
}

// order returns rows in order: by the column that the user wants or, if none, by the one that is
// usual, "" for the order that they are in. Those that isLast reports come last.
func (f *rowFlags) order(rows []int, columns []rowColumn, usual string,
	compareKeys func(a, b int) int, isLast func(row int) bool,
) []int {
	last := slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return !isLast(row) })
	rows = slices.DeleteFunc(rows, isLast)
	name := cmp.Or(f.sort, usual)
	switch c := columnNamed(name, columns); {
	case name == sortKey:
		slices.SortStableFunc(rows, compareKeys)
	case c != nil:
		slices.SortStableFunc(rows, func(a, b int) int {
			return cmp.Or(c.compare(b, a), compareKeys(a, b))
		})
	}
	if f.reverse {
		slices.Reverse(rows)
	}
	return append(rows, last...)
}

// first returns as many rows as are wanted.
func (f *rowFlags) first(rows []int) []int {
	if f.top == 0 {
		return rows
	}
	return rows[:min(f.top, len(rows))]
}

// rowTable returns a table of rows, with a last one for the total. names has one for each.
func rowTable(title string, names []string, columns []rowColumn, rows []int) *table {
	name := column{title: title, least: 14}
	t := &table{columns: []*column{&name}, cut: []*column{&name}}
	for _, n := range names {
		name.add(n)
	}
	for _, c := range columns {
		numbers := &column{title: c.title, right: true}
		for _, row := range rows {
			numbers.add(c.text(row))
		}
		numbers.add(c.total)
		t.columns = append(t.columns, numbers)
	}
	return t
}
