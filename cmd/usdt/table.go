//go:build linux

package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A table is text in columns.
type table struct {
	columns []*column // those without any text are left out
	cut     []*column // those that may be cut to fit, the first first
}

// A column has one cell for each row, or none at all.
type column struct {
	title   string
	right   bool // aligned to the right
	least   int  // characters that it is not cut below
	cutLeft bool // it is the end of the text that tells more
	cells   []string
	width   int // characters
}

// add appends a cell. The text may be from anywhere.
func (c *column) add(text string) {
	text = printable(text)
	c.cells = append(c.cells, text)
	c.width = max(c.width, utf8.RuneCountInString(text), len(c.title))
}

func (c *column) isEmpty() bool {
	return strings.Join(c.cells, "") == ""
}

const columnGap = "  "

// fit cuts columns until the table is no wider than width characters, if it can; 0 is no limit.
func (t *table) fit(width int) {
	excess := -len(columnGap)
	for _, c := range t.columns {
		if !c.isEmpty() {
			excess += c.width + len(columnGap)
		}
	}
	excess -= width
	for _, c := range t.cut {
		if width == 0 || excess <= 0 {
			return
		}
		if narrower := max(c.least, c.width-excess); narrower < c.width && !c.isEmpty() {
			excess -= c.width - narrower
			c.width = narrower
		}
	}
}

func (t *table) String() string {
	var visible []*column
	rows := 0
	for _, c := range t.columns {
		if !c.isEmpty() {
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
		b.WriteString(strings.TrimRight(strings.Join(line, columnGap), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// cell returns the text of a row, cut or filled up to the width of the column.
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
		text = string(runes[:c.width-1]) + "…"
	}
	fill := strings.Repeat(" ", max(0, c.width-len(runes)))
	if c.right {
		return fill + text
	}
	return text + fill
}

// printable returns text in a form that does nothing to a terminal: quoted when any of it is not to be
// printed.
func printable(text string) string {
	isPlain := utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	if isPlain {
		return text
	}
	return strconv.Quote(text)
}
