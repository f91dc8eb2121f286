package command

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A table is text in columns.
type table struct {
	columns []*column // columns without any text are left out
	cut     []*column // columns that may be cut to fit, in this order; the last only if all fails
	drop    []*column // columns that are left out when cutting is not enough, in this order
	width   int       // no line has more characters; 0 is no limit
	below   []string  // a line below each row, where it is not empty; nil for none
}

// addBelow appends the line below the next row. The text may come from any program.
func (t *table) addBelow(text string) {
	if text != "" {
		text = belowIndent + printable.Text(text)
	}
	t.below = append(t.below, text)
}

const belowIndent = "    "

// A column has one cell for each row, or none at all.
type column struct {
	title   string
	right   bool // aligned to the right
	least   int  // it is not cut below this number of characters
	cutLeft bool // because the end of the text tells more than its beginning
	cells   []string
	filled  bool // a cell has text
	width   int  // characters
	dropped bool
}

// maxCell is the most characters of a cell, also without a terminal: each row is as wide as the
// widest cells.
const maxCell = 200

// add appends a cell. The text may come from any program.
func (c *column) add(text string) {
	text = c.fit(printable.Text(c.firstBytes(text)), maxCell)
	c.cells = append(c.cells, text)
	c.filled = c.filled || text != ""
	c.width = max(c.width, utf8.RuneCountInString(text), len(c.title))
}

// isHidden tells whether the column is left out.
func (c *column) isHidden() bool {
	return c.dropped || !c.filled
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

// spare returns how many characters can be cut before the last column is.
func (t *table) spare() int {
	spare := 0
	for _, c := range t.cut[:max(len(t.cut)-1, 0)] {
		if !c.isHidden() {
			spare += max(c.width-c.least, 0)
		}
	}
	return spare
}

func (t *table) String() string {
	var b strings.Builder
	_ = t.write(&b) // a Builder has no errors
	return b.String()
}

// write writes the table line by line.
func (t *table) write(w io.Writer) error {
	var visible []*column
	rows := 0
	for _, c := range t.columns {
		if !c.isHidden() {
			visible = append(visible, c)
			rows = len(c.cells)
		}
	}
	for row := -1; row < rows; row++ { // row -1 has the titles
		var line []string
		for _, c := range visible {
			line = append(line, c.cell(row))
		}
		text := strings.TrimRight(cutLine(strings.Join(line, columnGap), t.width), " ")
		if row >= 0 && row < len(t.below) && t.below[row] != "" {
			text += "\n" + cutLine(t.below[row], t.width)
		}
		if _, err := io.WriteString(w, text+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// cell returns the text of a row, cut or padded to the width of the column.
func (c *column) cell(row int) string {
	text := cutLine(c.title, c.width)
	if row >= 0 {
		text = c.fit(c.cells[row], c.width)
	}
	fill := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(text)))
	if c.right {
		return fill + text
	}
	return text + fill
}

// fit returns the text, cut to that many characters.
func (c *column) fit(text string, width int) string {
	if runes := []rune(text); c.cutLeft && len(runes) > width {
		return "…" + string(runes[len(runes)-width+1:])
	}
	return cutLine(text, width)
}

// firstBytes returns what is enough of a text for a cell, in whole characters.
func (c *column) firstBytes(text string) string {
	const enough = utf8.UTFMax * (maxCell + 1)
	if len(text) <= enough {
		return text
	}
	at, step := enough, -1
	if c.cutLeft {
		at, step = len(text)-enough, 1
	}
	for range utf8.UTFMax - 1 {
		if !utf8.RuneStart(text[at]) {
			at += step
		}
	}
	if c.cutLeft {
		return text[at:]
	}
	return text[:at]
}

// cutLine returns at most width characters of a line; 0 is no limit.
func cutLine(line string, width int) string {
	if width == 0 || len(line) <= width {
		return line
	}
	if runes := []rune(line); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return line
}
