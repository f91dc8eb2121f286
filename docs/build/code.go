package main

import (
	"html"
	"strings"

	"github.com/go-usdt/usdt/test/docs"
)

// adaptCode marks the commands in a block of code that shows a console, and blocks that are so
// short that a page must not end within.
func adaptCode(block element) {
	const short = 24 // lines
	text, names := part[string](block, 1), classes(block)
	if strings.Count(text, "\n") < short {
		names = append(names, "whole")
	}
	if len(names) > 0 && names[0] == "console" {
		become(block, rawBlock(console(text, strings.Join(names, " "))))
		return
	}
	setPart(block, 0, attributes("", names...))
}

// console returns a block of commands, which begin with a prompt, and what they print, as HTML in
// which the commands are marked.
func console(text, class string) string {
	var marked strings.Builder
	marked.WriteString(`<pre class="` + class + `"><code>`)
	command := "" // that goes on in the next line
	for line := range strings.SplitSeq(text, "\n") {
		escaped := html.EscapeString(line)
		if command == "" && !strings.HasPrefix(line, "$ ") {
			marked.WriteString(escaped + "\n")
			continue
		}
		marked.WriteString("<b>" + escaped + "</b>\n")
		if command += line + "\n"; !docs.Continues(strings.TrimSuffix(command, "\n")) {
			command = ""
		}
	}
	return strings.TrimSuffix(marked.String(), "\n") + "</code></pre>"
}
