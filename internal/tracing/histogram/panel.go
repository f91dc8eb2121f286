package histogram

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	leftMargin = 48 // for the counts
	nameLine   = 16
	factsLine  = 16
	markLine   = 13 // for one percentile
	axisLine   = 20 // for the values
	charWidth  = 7  // of a character of a label, at most
	nameWidth  = 10 // of a character of a name, on average
	maxBars    = 120
	minHeight  = 1 // of a bar, so that a rare value far out can be seen
)

// A panel is the drawing of one histogram, its upper left corner at 0, 0.
type panel struct {
	width, height int
	plotted       int // the width of the plot
}

func (p panel) top() int { return nameLine + factsLine + len(percents)*markLine + 6 }

func (p panel) bottom() int        { return p.height - axisLine }
func (p panel) plot() (w, h int)   { return p.plotted, p.bottom() - p.top() }
func (p panel) y(h float64) string { return pixels(float64(p.bottom()) - h) }

func (p panel) draw(b *strings.Builder, g Group, a axis) {
	name := cut(g.Name, (p.width-leftMargin)/nameWidth)
	fmt.Fprintf(b, `<text class="name" x="%d" y="12">%s</text>`+"\n", leftMargin, escaped(name))
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n",
		leftMargin, nameLine+10, facts(g.Histogram))
	rows := a.rows(g.Histogram)
	p.counts(b, highest(rows))
	p.bars(b, rows)
	p.values(b, rows, g.Histogram.bound())
	p.marks(b, marksOf(g.Histogram, rows))
}

// cut shortens a text to at most n characters.
func cut(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

func facts(h *Histogram) string {
	n := h.Total()
	if n == 0 {
		return "no values"
	}
	return fmt.Sprintf("%d values, mean %s, max %s",
		n, h.short(h.Mean()), h.short(h.Max.Float()))
}

// bars draws the rows. The bar of the highest row is as high as the plot.
func (p panel) bars(b *strings.Builder, rows []Row) {
	width, height := p.plot()
	step := float64(width) / float64(len(rows))
	gap := min(1, step/5)
	highest := float64(highest(rows))
	for i, row := range rows {
		if row.Count == 0 {
			continue
		}
		h := max(float64(row.Count)/highest*float64(height), minHeight)
		x, width := leftMargin+float64(i)*step, step-gap
		fmt.Fprintf(b, `<rect class="bar" x="%s" y="%s" width="%s" height="%s">`,
			pixels(x), p.y(h), pixels(width), pixels(h))
		fmt.Fprintf(b, "<title>%s: %d</title></rect>\n", row.Label, row.Count)
	}
}

// counts draws the axis of counts: its lines and numbers.
func (p panel) counts(b *strings.Builder, highest uint64) {
	_, height := p.plot()
	for _, tick := range ticks(highest) {
		y := p.y(float64(tick) / float64(max(highest, 1)) * float64(height))
		class := "grid"
		if tick == 0 {
			class = "base"
		}
		fmt.Fprintf(b, `<line class="%s" x1="%d" x2="%d" y1="%s" y2="%[4]s"/>`+"\n",
			class, leftMargin, leftMargin+p.plotted, y)
		fmt.Fprintf(b, `<text x="%d" y="%s" dy="4" text-anchor="end">%s</text>`+"\n",
			leftMargin-6, y, decimal(tick))
	}
}

// values draws the axis of values: the lower bounds of rows, as many as there is room for, and at
// least the first.
func (p panel) values(b *strings.Builder, rows []Row, bound func(float64) string) {
	width, _ := p.plot()
	step := float64(width) / float64(len(rows))
	longest := 1
	for _, row := range rows {
		longest = max(longest, utf8.RuneCountInString(bound(row.Lo)))
	}
	every := max(int(math.Ceil(float64((longest+1)*charWidth)/step)), 1)
	half := float64(longest*charWidth) / 2
	for i := 0; i < len(rows); i += every {
		x := leftMargin + float64(i)*step
		if math.IsInf(rows[i].Lo, 0) || i > 0 && x+half > float64(p.width) {
			continue
		}
		fmt.Fprintf(b, `<text x="%s" y="%d" text-anchor="middle">%s</text>`+"\n",
			pixels(x), p.bottom()+16, bound(rows[i].Lo))
	}
}

// pixels writes a length with two decimals at most.
func pixels(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
