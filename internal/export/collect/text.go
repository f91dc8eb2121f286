package collect

import (
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// MaxText is how many bytes the value of a label has at most.
const MaxText = 128

// Escape makes text of programs fit to be a part of metrics, spans and records: what is not
// printable is escaped, and so is a backslash, so that different texts stay different.
func Escape(text string) string { return printable.Distinct(text) }

// AppendEscaped appends what Escape returns to dst.
func AppendEscaped(dst, text []byte) []byte { return printable.AppendDistinct(dst, text) }

// Text makes the value of a label of any text, as Escape does. What is too long is cut.
func Text(text string) string {
	const mark = "…"
	escaped := Escape(text[:min(len(text), 4*MaxText)])
	if len(escaped) <= MaxText {
		return escaped
	}
	end := MaxText - len(mark)
	for !utf8.RuneStart(escaped[end]) {
		end--
	}
	return escaped[:end] + mark
}
