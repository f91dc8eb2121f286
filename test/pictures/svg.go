//go:build linux

package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Sizes in pixels. Every line is stretched to its columns, so any monospaced font will do.
const (
	cell   = 8
	row    = 19
	margin = 16
	top    = 40 // the bar of the window
)

// style has the colors of a dark terminal, which has its own background: it looks the same on light
// and on dark pages.
const style = `text { font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, ` +
	`"DejaVu Sans Mono", "Liberation Mono", monospace; fill: #d5d9e0; white-space: pre }
.prompt { fill: #8bd49c } .typed { fill: #ffffff; font-weight: bold } .bar { fill: #8fb6ff }
.frame { fill: #1b1f27; stroke: #4a5160 } .button { fill: #4a5160 }
`

// svg draws the lines of a recording.
func svg(s recording, lines []line) string {
	rows := s.rows
	if rows == 0 {
		rows = len(lines)
	}
	width, height := 2*margin+s.columns*cell, top+rows*row+margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`+"\n",
		width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s", escaped(s.title), style)
	if s.rows > 0 {
		b.WriteString(motion(lines, rows))
	}
	b.WriteString("</style>\n")
	fmt.Fprintf(&b, `<rect class="frame" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>`+"\n",
		width-1, height-1)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle class="button" cx="%d" cy="18" r="5"/>`+"\n", margin+6+i*18)
	}
	// The inner svg cuts off what has scrolled away.
	fmt.Fprintf(&b, `<svg x="0" y="%d" width="%d" height="%d">`+"\n", top, width, rows*row)
	hidden := max(0, len(lines)-rows)
	fmt.Fprintf(&b, `<g class="scroll" transform="translate(0 %d)">`+"\n", -hidden*row)
	for i, l := range lines {
		text(&b, i, l)
	}
	b.WriteString("</g>\n</svg>\n</svg>\n")
	return b.String()
}

// text draws a line.
func text(b *strings.Builder, i int, l line) {
	if strings.TrimSpace(l.text) == "" {
		return
	}
	content := escaped(l.text)
	if command, ok := strings.CutPrefix(l.text, "$ "); ok {
		content = `<tspan class="prompt">$ </tspan><tspan class="typed">` + escaped(command) + `</tspan>`
	} else if before, bar, found := strings.Cut(l.text, "|"); found && strings.HasSuffix(bar, "|") {
		content = escaped(before) + `|<tspan class="bar">` + escaped(strings.TrimSuffix(bar, "|")) +
			`</tspan>|`
	}
	fmt.Fprintf(b, `<text id="l%d" xml:space="preserve" x="%d" y="%d" textLength="%d" `+
		`lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
		i, margin, i*row+row-5, utf8.RuneCountInString(l.text)*cell, content)
}

// motion returns the style by which lines appear as they came, again and again. Readers who do not
// want motion see the end, and so do those whose software knows no animation.
func motion(lines []line, rows int) string {
	const pause = 4 * time.Second // to read the end
	total := lines[len(lines)-1].at + pause
	percent := func(at time.Duration) float64 { return 100 * float64(at) / float64(total) }
	var b, scroll strings.Builder
	b.WriteString("@media (prefers-reduced-motion: no-preference) {\n")
	for i, l := range lines {
		if i > 0 {
			fmt.Fprintf(&b, "#l%d { animation: a%d %.1fs step-end infinite }\n"+
				"@keyframes a%d { 0%% { visibility: hidden } %.2f%% { visibility: visible } }\n",
				i, i, total.Seconds(), i, percent(l.at))
		}
		if i >= rows {
			fmt.Fprintf(&scroll, " %.2f%% { transform: translate(0, %dpx) }", percent(l.at), (rows-1-i)*row)
		}
	}
	fmt.Fprintf(&b, ".scroll { animation: scroll %.1fs step-end infinite }\n"+
		"@keyframes scroll { 0%% { transform: none }%s }\n}\n", total.Seconds(), scroll.String())
	return b.String()
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder does not fail
	return b.String()
}
