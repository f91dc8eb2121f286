package provider

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// An Error is a mistake in a description.
type Error struct {
	File         string
	Line, Column int           // counted from 1, columns in characters
	Mistake      *syntax.Error // in that line, or in a part of it if that is long
}

// Error returns FILE:LINE:COLUMN: what is wrong and what to write instead.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Mistake.Msg)
}

// Excerpt returns two lines without a newline at the end: the line, and a ^ under the mistake.
func (e *Error) Excerpt() string { return e.Mistake.Excerpt() }

// longest is how much of a line an error has on each side of the mistake, in bytes.
const longest = 100

// errorf returns the error at offset of the text of a file.
func errorf(file, text string, offset int, format string, args ...any) *Error {
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	before, after := text[start:offset], lineOf(text[offset:])
	e := &Error{
		File: file, Line: strings.Count(text[:start], "\n") + 1,
		Column: utf8.RuneCountInString(before) + 1,
	}
	if len(before) > longest {
		before = "…" + strings.ToValidUTF8(before[len(before)-longest:], "")
	}
	if len(after) > longest {
		after = strings.ToValidUTF8(after[:longest], "") + "…"
	}
	e.Mistake = syntax.Errorf(before+after, len(before), format, args...)
	return e
}
