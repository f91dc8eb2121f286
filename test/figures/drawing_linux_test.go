//go:build amd64

package figures

import (
	"bytes"
	"fmt"
	"html"
)

// The colors are those of the figures that Graphviz draws, on a light ground of their own.
const (
	ground = "#fbfcfe"
	ink    = "#1d2229"
	edge   = "#4a6a91"
	plain  = "#e8f0fa"
	blank  = "#f1f2f4"
	orange = "#fdeedc"
	red    = "#f9d5cf"
	green  = "#dcefdc"
	purple = "#e9e0f5"
)

// A drawing is an SVG in the making.
type drawing struct {
	bytes.Buffer
	width, height int
}

const family = `font-family="DejaVu Sans Mono,Menlo,Consolas,monospace"`

func (d *drawing) box(x, y, width, height int, color string) {
	fmt.Fprintf(d, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s" stroke="%s"/>`+"\n",
		x, y, width, height, color, edge)
}

// text writes a line. The anchor is start, middle or end, the weight normal or bold.
func (d *drawing) text(x, y int, anchor, weight, text string) {
	fmt.Fprintf(d, `<text x="%d" y="%d" text-anchor="%s" font-weight="%s">%s</text>`+"\n",
		x, y, anchor, weight, html.EscapeString(text))
}

// bracket embraces lines on its left.
func (d *drawing) bracket(x, top, bottom int) {
	const arm = 8
	fmt.Fprintf(d, `<path d="M%d %d h%d V%d h-%d" fill="none" stroke="%s"/>`+"\n",
		x, top, arm, bottom, arm, edge)
}

// svg returns the whole drawing.
func (d *drawing) svg(title string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- drawn by go test ./test/figures -update -->\n")
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" `+
		`%s font-size="12" fill="%s">`+"\n", d.width, d.height, family, ink)
	fmt.Fprintf(&out, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&out, `<rect width="%d" height="%d" fill="%s"/>`+"\n", d.width, d.height, ground)
	out.Write(d.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}
