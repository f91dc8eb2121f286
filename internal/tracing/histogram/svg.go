package histogram

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// A Group is one of the histograms of a picture, for instance for one value of a second argument.
type Group struct {
	Name      string // can be empty
	Histogram *Histogram
}

// Sizes in pixels.
const (
	pageMargin = 20
	titleLine  = 34
	titleWidth = 12 // of a character of the title, on average
	panelGap   = 24
)

// WriteSVG writes a picture that needs no other file. It has one panel for each group. The panels
// share the axis of values, but each has its own axis of counts, so that the shapes can be
// compared. The groups must have the same scale. The title and names can be any text. Lines mark
// the percentiles 50, 90 and 99.
func WriteSVG(w io.Writer, title string, groups []Group) error {
	p := picture{columns: 1, panel: panel{width: 720, height: 300}}
	if len(groups) > 1 {
		p.columns, p.panel = 2, panel{width: 440, height: 220}
	}
	axis := sharedAxis(groups)
	p.panel.plotted = plotWidth(groups, axis, p.panel.width)
	p.open(title, len(groups))
	for i, g := range groups {
		p.at(i)
		p.panel.draw(&p.Builder, g, axis)
		fmt.Fprintln(&p, "</g>")
	}
	fmt.Fprintln(&p, "</svg>")
	_, err := io.WriteString(w, p.String())
	return err
}

type picture struct {
	strings.Builder
	columns int
	panel   panel // all have the same size
}

// style sets a background, because the background of a viewer can be light or dark whatever color
// scheme it asks for.
const style = `<style>
text { font: 11px system-ui, sans-serif; fill: #57606a; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.name { font-size: 13px; font-weight: 600; fill: #1f2328; }
.page { fill: #ffffff; }
.bar { fill: #3b82c4; }
.bar:hover { fill: #1d5c96; }
.grid { stroke: #d8dee4; }
.base { stroke: #8c959f; }
.mark { stroke: #c2410c; stroke-dasharray: 3 2; }
.marked { fill: #c2410c; }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1; }
.title, .name { fill: #f0f6fc; }
.page { fill: #0d1117; }
.bar { fill: #58a6e0; }
.bar:hover { fill: #9ccdf2; }
.grid { stroke: #2a313c; }
.base { stroke: #656c76; }
.mark { stroke: #f59e5b; }
.marked { fill: #f59e5b; }
}
</style>
`

func (p *picture) open(title string, groups int) {
	lines := (groups + p.columns - 1) / p.columns
	width := 2*pageMargin + p.columns*(p.panel.width+panelGap) - panelGap
	height := 2*pageMargin + titleLine + max(lines*(p.panel.height+panelGap)-panelGap, 0)
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" `+
		`viewBox="0 0 %[1]d %[2]d" role="img">`+"\n", width, height)
	fmt.Fprintf(p, "<title>%s</title>\n%s", escaped(title), style)
	fmt.Fprintf(p, `<rect class="page" width="%d" height="%d"/>`+"\n", width, height)
	fmt.Fprintf(p, `<text class="title" x="%d" y="%d">%s</text>`+"\n",
		pageMargin, pageMargin+14, escaped(cut(title, (width-2*pageMargin)/titleWidth)))
}

// at begins the group of elements for panel i.
func (p *picture) at(i int) {
	x := pageMargin + i%p.columns*(p.panel.width+panelGap)
	y := pageMargin + titleLine + i/p.columns*(p.panel.height+panelGap)
	fmt.Fprintf(p, `<g transform="translate(%d %d)">`+"\n", x, y)
}

// escaped returns the text as XML can contain it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder does not fail
	return b.String()
}
