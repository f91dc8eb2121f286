package series

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// Sizes in pixels.
const (
	columns = 3
	width   = 260 // of the area of a plot
	height  = 90
	left    = 56 // of the numbers beside it
	above   = 44 // of its name
	below   = 26 // of the hours under it
	margin  = 16
	heading = 42 // of the page, with the legend
)

// style sets a background, because that of a viewer can be light or dark whatever it asks for.
const style = `<style>
text { font: 11px system-ui, sans-serif; fill: #57606a; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.name { font-size: 12px; font-weight: 600; fill: #1f2328; }
.page { fill: #ffffff; }
.grid { stroke: #d8dee4; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.l0 { stroke: #0969da; }
.l1 { stroke: #c2410c; stroke-dasharray: 5 3; }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1; }
.title, .name { fill: #f0f6fc; }
.page { fill: #0d1117; }
.grid { stroke: #2a313c; }
.l0 { stroke: #58a6e0; }
.l1 { stroke: #f59e5b; }
}
</style>
`

// WriteSVG draws a small plot of each series over a time, all with axes from zero. It explains the
// names of the lines, of which there are at most two.
func WriteSVG(w io.Writer, title string, lasted time.Duration, all []*Series) error {
	rows := (len(all) + columns - 1) / columns
	wide, high := 2*margin+columns*(left+width), 2*margin+heading+rows*(above+height+below)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" `+
		`viewBox="0 0 %[1]d %[2]d" role="img">`+"\n<title>%s</title>\n%s", wide, high,
		escaped(title), style)
	fmt.Fprintf(&b, `<rect class="page" width="%d" height="%d"/>`+"\n", wide, high)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="%d">%s</text>`+"\n", margin, margin+14,
		escaped(title))
	drawLegend(&b, all)
	for i, s := range all {
		x := margin + left + i%columns*(left+width)
		y := margin + heading + above + i/columns*(above+height+below)
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", x, y)
		s.draw(&b, lasted)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// drawLegend explains the first series that has several lines.
func drawLegend(b *strings.Builder, all []*Series) {
	several := slices.IndexFunc(all, func(s *Series) bool { return len(s.Lines) > 1 })
	if several < 0 {
		return
	}
	const each, sample, y = 150, 28, margin + 36
	for i, l := range all[several].Lines {
		x := margin + i*each
		fmt.Fprintf(b, `<path class="line l%d" d="M%d %dh%d"/>`, i, x, y-4, sample)
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", x+sample+6, y, escaped(l.Name))
	}
}

// draw draws a plot whose area begins at the origin.
func (s *Series) draw(b *strings.Builder, lasted time.Duration) {
	name := s.Name
	if s.Unit != "" {
		name += ", " + s.Unit
	}
	fmt.Fprintf(b, `<text x="0" y="-24">%s</text><text class="name" x="0" y="-9">%s</text>`+"\n",
		escaped(s.Of), escaped(name))
	top := s.top()
	for _, part := range []float64{0, 0.5, 1} {
		y := height * (1 - part)
		fmt.Fprintf(b, `<path class="grid" d="M0 %gh%d"/>`, y, width)
		fmt.Fprintf(b, `<text x="-6" y="%g" text-anchor="end">%s</text>`+"\n", y+4, number(top*part))
	}
	for _, part := range []float64{0, 0.5, 1} {
		at := time.Duration(part * float64(lasted)).Round(time.Second)
		fmt.Fprintf(b, `<text x="%g" y="%d" text-anchor="%s">%s</text>`+"\n", part*width, height+15,
			map[float64]string{0: "start", 0.5: "middle", 1: "end"}[part], short(at))
	}
	for i, l := range s.Lines {
		fmt.Fprintf(b, `<path class="line l%d" d="M`, i)
		for j, v := range l.Values {
			x := width * float64(j) / float64(max(1, len(l.Values)-1))
			fmt.Fprintf(b, "%.1f %.1f ", x, height*(1-v/top))
		}
		b.WriteString("\"/>\n")
	}
}

// top returns where the axis ends: twice a round number, and above all values.
func (s *Series) top() float64 {
	highest := 1.0
	for _, l := range s.Lines {
		highest = max(highest, slices.Max(l.Values))
	}
	if s.Unit == "" && highest < 9 {
		return 2*math.Floor(highest*1.05/2) + 2 // half of it is a number of things, too
	}
	step := math.Pow(10, math.Floor(math.Log10(highest)))
	for _, factor := range []float64{0.2, 0.4, 0.6, 1, 1.2, 1.6, 2, 3, 4, 5, 6, 8} {
		if factor*step > highest*1.05 {
			return factor * step
		}
	}
	return 12 * step
}

// short returns a time without parts that are zero.
func short(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// escaped returns the text as XML can contain it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder does not fail
	return b.String()
}
