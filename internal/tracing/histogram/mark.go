package histogram

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// percents are the percentiles that are marked.
var percents = []float64{50, 90, 99}

// A mark is a percentile on the axis of values.
type mark struct {
	label string
	place float64 // from 0 to 1
}

// marksOf returns the marks of a histogram from left to right, none when nothing was counted.
func marksOf(h *Histogram, rows []Row) []mark {
	if h.Total() == 0 {
		return nil
	}
	var list []mark
	for _, percent := range percents {
		label := fmt.Sprintf("p%.0f %s", percent, h.percentile(percent, h.short))
		list = append(list, mark{label, h.Scale.place(rows, h.Percentile(percent))})
	}
	return list
}

// FormatPercentile returns a percentile for people to read, or the end of a linear scale beyond
// which it is: "<0", ">=1000". Something must have been counted.
func (h *Histogram) FormatPercentile(p float64) string { return h.percentile(p, h.Unit.Format) }

func (h *Histogram) percentile(p float64, format func(float64) string) string {
	switch {
	case h.IsBelow(p):
		return "<" + format(float64(h.Scale.Lo))
	case h.IsAbove(p):
		return ">=" + format(float64(h.Scale.Hi))
	}
	return format(h.Percentile(p))
}

// short writes a value as Unit.Format does, but no number of more than 15 digits.
func (h *Histogram) short(v float64) string {
	if h.Unit == Number && math.Abs(v) >= 1e15 {
		return fmt.Sprintf("%.4g", v)
	}
	return h.Unit.Format(v)
}

// labelGap is from a mark to its label.
const labelGap = 4

// plotWidth returns how wide the plots of panels can be, so that each mark has room for its label
// to the right.
func plotWidth(groups []Group, a axis, panel int) int {
	all := panel - leftMargin
	most := all
	for _, g := range groups {
		for _, m := range marksOf(g.Histogram, a.rows(g.Histogram)) {
			room := all - labelGap - utf8.RuneCountInString(m.label)*charWidth
			if m.place > 0 {
				most = min(most, int(float64(room)/m.place))
			}
		}
	}
	return most
}

// marks draws a line from the label of each mark down to the axis. The labels are to the right of
// the lines, each lower than that of the mark to its left, so that no line crosses one.
func (p panel) marks(b *strings.Builder, marks []mark) {
	width, _ := p.plot()
	for i, m := range marks {
		x := pixels(leftMargin + m.place*float64(width))
		y := nameLine + factsLine + i*markLine
		fmt.Fprintf(b, `<line class="mark" x1="%s" x2="%[1]s" y1="%d" y2="%d"/>`+"\n",
			x, y, p.bottom())
		fmt.Fprintf(b, `<text class="marked" x="%s" y="%d" dx="%d">%s</text>`+"\n",
			x, y+9, labelGap, escaped(m.label))
	}
}
