//go:build linux

package main

import (
	"strings"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A table is text in columns.
type table struct {
	columns []*column // columns without any text are left out
	cut     []*column // columns that may be cut to fit, in this order
	drop    []*column // columns that are left out when cutting is not enough, in this order
	width   int       // no line has more characters; 0 is no limit
}

// A column has one cell for each row, or none at all.
type column struct {
	title   string
	right   bool // aligned to the right
	least   int  // it is not cut below this number of characters
	cutLeft bool // because the end of the text tells more than its beginning
	cells   []string
	width   int // characters
	dropped bool
}

// add appends a cell. The text may come from any program.
func (c *column) add(text string) {
	text = printable.Text(text)
	c.cells = append(c.cells, text)
	c.width = max(c.width, utf8.RuneCountInString(text), len(c.title))
}

// isHidden tells whether the column is left out.
func (c *column) isHidden() bool {
	return c.dropped || strings.Join(c.cells, "") == ""
}

const columnGap = "  "

// fit cuts the table so that no line has more than width characters; 0 is no limit.
func (t *table) fit(width int) {
	t.width = width
	for _, c := range t.drop {
		if t.excess() <= t.spare() {
			break
		}
		c.dropped = true
	}
	for _, c := range t.cut {
		if excess := t.excess(); excess > 0 && !c.isHidden() {
			c.width = max(min(c.least, c.width), c.width-excess)
		}
	}
}

// excess returns by how many characters the table is too wide.
func (t *table) excess() int {
	if t.width == 0 {
		return 0
	}
	wide := -len(columnGap)
	for _, c := range t.columns {
		if !c.isHidden() {
			wide += c.width + len(columnGap)
		}
	}
	return wide - t.width
}

// spare returns how many characters can be cut.
func (t *table) spare() int {
	spare := 0
	for _, c := range t.cut {
		if !c.isHidden() {
			spare += max(c.width-c.least, 0)
		}
	}
	return spare
}

func (t *table) String() string {
	var visible []*column
	rows := 0
	for _, c := range t.columns {
		if !c.isHidden() {
			visible = append(visible, c)
			rows = len(c.cells)
		}
	}
	var b strings.Builder
	for row := -1; row < rows; row++ { // row -1 has the titles
		var line []string
		for _, c := range visible {
			line = append(line, c.cell(row))
		}
		b.WriteString(strings.TrimRight(cutLine(strings.Join(line, columnGap), t.width), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// cell returns the text of a row, cut or padded to the width of the column.
func (c *column) cell(row int) string {
	text := c.title
	if row >= 0 {
		text = c.cells[row]
	}
	runes := []rune(text)
	switch {
	case len(runes) <= c.width:
	case c.cutLeft && row >= 0:
		text = "…" + string(runes[len(runes)-c.width+1:])
	default:
		text = cutLine(text, c.width)
	}
	fill := strings.Repeat(" ", max(0, c.width-len(runes)))
	if c.right {
		return fill + text
	}
	return text + fill
}

// cutLine returns at most width characters of a line; 0 is no limit.
func cutLine(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return line
}
