package histogram

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The widths of a drawing's parts in 80 or more columns, as bpftrace draws it.
const (
	labelWidth = 16
	countWidth = 8
	barWidth   = 52
	minBar     = 4
	rulers     = len(" ||")
)

// Draw writes the rows as text. Lines have at most width columns, or 80 if width is 0, unless the
// numbers leave no room for bars:
//
//	[16, 32)             123 |@@@@@@@@@@@                                         |
//
// Nothing is written when nothing was counted.
func (h *Histogram) Draw(w io.Writer, width int) error {
	if width == 0 {
		width = 80
	}
	rows := h.Rows()
	columns := fit(rows, width)
	highest := max(highest(rows), 1)
	var b strings.Builder
	for _, row := range rows {
		bar := strings.Repeat("@", int(float64(row.Count)/float64(highest)*float64(columns.bar)))
		fmt.Fprintf(&b, "%-*s%*d |%-*s|\n",
			columns.label, row.Label, columns.count, row.Count, columns.bar, bar)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type columns struct{ label, count, bar int }

// fit returns the widths for a number of columns. It takes room from the blanks before it takes
// room from the bars.
func fit(rows []Row, width int) columns {
	var c columns
	for _, row := range rows {
		c.label = max(c.label, utf8.RuneCountInString(row.Label))
		c.count = max(c.count, 1+len(strconv.FormatUint(row.Count, 10)))
	}
	// The last column stays free, because a terminal may wrap a line that fills it.
	spare := max(width-1-c.label-c.count-rulers-barWidth, 0)
	label := min(max(labelWidth-c.label, 0), spare)
	c.label += label
	c.count += min(max(countWidth-c.count, 0), spare-label)
	c.bar = min(max(width-1-c.label-c.count-rulers, minBar), barWidth)
	return c
}

func highest(rows []Row) uint64 {
	var n uint64
	for _, row := range rows {
		n = max(n, row.Count)
	}
	return n
}
