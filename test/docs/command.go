package docs

import (
	"fmt"
	"slices"
	"strings"
)

// A command is a line of a block in which commands and their output are shown.
type command struct {
	line   int    // its first one, from 1 on
	text   string // several lines, if it is continued
	output []string
	first  int // the line where the output is, or would be
}

const prompt = "$ "

// commands returns what a console block has. A command goes on in the next line behind a backslash,
// and while a quotation mark is open. Empty lines between commands belong to none.
func (b *block) commands() ([]*command, error) {
	var found []*command
	lines := b.lines
	for number := b.line; len(lines) > 0; {
		if !strings.HasPrefix(lines[0], prompt) {
			return nil, fmt.Errorf("line %d: the block does not begin with %q", b.line, prompt)
		}
		n := 1
		text := strings.TrimPrefix(lines[0], prompt)
		for Continues(text) {
			if n == len(lines) {
				return nil, fmt.Errorf("line %d: the command has no end", number)
			}
			text += "\n" + lines[n]
			n++
		}
		end := slices.IndexFunc(lines[n:], func(l string) bool { return strings.HasPrefix(l, prompt) })
		if end < 0 {
			end = len(lines) - n
		}
		c := &command{line: number, text: text, first: number + n}
		c.output = trimmed(lines[n : n+end])
		found = append(found, c)
		number, lines = number+n+end, lines[n+end:]
	}
	return found, nil
}

// trimmed returns lines without the empty ones at the end.
func trimmed(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// Continues says whether the shell would ask for another line, behind a backslash or while a
// quotation mark is open.
func Continues(text string) bool {
	quote := rune(0)
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		}
	}
	return escaped || quote != 0
}
