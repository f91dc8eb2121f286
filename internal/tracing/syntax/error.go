// Package syntax has the error type of the command's small languages (filters and formats), so that
// all of them show a mistake in the same way.
package syntax

import (
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Error is a mistake in a text that the user wrote.
type Error struct {
	Text   string // the whole text
	Offset int    // of the mistake in Text, in bytes; len(Text) if something is missing at the end
	Msg    string // what is wrong and what to write instead
}

// Errorf returns the error at offset of text.
func Errorf(text string, offset int, format string, args ...any) *Error {
	return &Error{Text: text, Offset: offset, Msg: fmt.Sprintf(format, args...)}
}

// Error returns one line: the column, counted in characters from 1, and the message.
func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.before()+1, e.Msg) }

// Excerpt returns two lines without a newline at the end: the text, and a ^ under the mistake.
// Characters that would break the line or disturb the terminal become blanks.
func (e *Error) Excerpt() string {
	return strings.Map(blanked, e.Text) + "\n" + strings.Repeat(" ", e.before()) + "^"
}

// before returns how many characters begin before the mistake.
func (e *Error) before() int {
	n := 0
	for at := range e.Text {
		if at < e.Offset {
			n++
		}
	}
	return n
}

func blanked(r rune) rune {
	if printable.Rune(r) {
		return r
	}
	return ' '
}
