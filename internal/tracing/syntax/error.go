// Package syntax holds the error of the command's small languages (filters, formats), so that all
// of them point at a mistake in the same way.
package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a mistake in a text that the user wrote.
type Error struct {
	Text   string // all of it
	Offset int    // in bytes, where in Text the mistake is; len(Text) when something is missing at the end
	Msg    string // what is wrong and what to write instead
}

// Errorf returns the error at offset of text.
func Errorf(text string, offset int, format string, args ...any) *Error {
	return &Error{Text: text, Offset: offset, Msg: fmt.Sprintf(format, args...)}
}

// Error is one line: the column, counted in characters from 1, and the message.
func (e *Error) Error() string {
	return fmt.Sprintf("column %d: %s", utf8.RuneCountInString(e.before())+1, e.Msg)
}

// Excerpt is two lines, neither with a newline at its end: the text, and a ^ under the mistake.
// Characters that would break the line or the terminal are shown as blanks.
func (e *Error) Excerpt() string {
	blank := func(rune) rune { return ' ' }
	return strings.Map(printable, e.Text) + "\n" + strings.Map(blank, e.before()) + "^"
}

func (e *Error) before() string {
	return e.Text[:min(max(e.Offset, 0), len(e.Text))]
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
