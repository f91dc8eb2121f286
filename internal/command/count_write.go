package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A countWriter shows readings. The last reading is of the time from the one before until the end.
type countWriter interface {
	write(r countReading, last bool) error
}

// countLines writes a line for each probe and, if there are several, a line for their total.
type countLines struct {
	w      io.Writer
	view   *countView
	titled bool
	last   countReading
}

func (c *countLines) write(r countReading, last bool) error {
	var b strings.Builder
	// An interval that was joined with the one before need not be written again without a hit.
	if !c.titled || !r.from.Equal(c.last.from) || !slices.Equal(r.totals, c.last.totals) {
		c.lines(&b, r, r.to.Format(time.TimeOnly))
	}
	c.last = r
	if last && len(c.view.added.args) > 0 && !r.isWhole() {
		c.lines(&b, r.whole(), "all")
	}
	_, err := io.WriteString(c.w, b.String())
	return err
}

// lines writes a reading; when says of which time it is.
func (c *countLines) lines(b *strings.Builder, r countReading, when string) {
	columns := c.view.columns(r, rateTitle)
	shown := c.view.shown(r, columns)
	total := r.totalName(len(shown))
	width := max(len(probeTitle), len(total))
	for _, row := range r.rows {
		width = max(width, utf8.RuneCountInString(printable.Text(row.name())))
	}
	line := func(when, name string, cell func(c rowColumn) string) {
		fmt.Fprintf(b, "%-8s  %-*s", when, width, name)
		for _, column := range columns {
			fmt.Fprintf(b, "  %*s", column.width(), cell(column))
		}
		b.WriteByte('\n')
	}
	if !c.titled {
		line("TIME", probeTitle, func(c rowColumn) string { return c.title })
		c.titled = true
	}
	for _, i := range shown {
		line(when, printable.Text(r.rows[i].name()), func(c rowColumn) string { return c.text(i) })
		if stack := r.rows[i].stack; stack != nil {
			b.WriteString(stack.text)
		}
	}
	if len(r.rows) > 1 {
		line(when, total, func(c rowColumn) string { return c.total })
	}
}

// width returns how wide a column of lines is. Rates have few digits.
func (c rowColumn) width() int {
	if c.title == rateTitle {
		return 12
	}
	return max(14, len(c.title))
}

// countScreen writes each reading over the one before. The last reading is of the whole time.
type countScreen struct {
	screen
	view *countView
}

func (c *countScreen) write(r countReading, last bool) error {
	rate, room := rateTitle, max(1, c.rows()-3) // the title, the total and the line with the cursor
	if last {
		r, rate, room = r.whole(), "MEAN HITS/S", len(r.rows)
	}
	return c.show(c.view.table(r, rate, room))
}

// mostGroupRows is how many groups are on a screen at most, also at the end.
const mostGroupRows = 100
