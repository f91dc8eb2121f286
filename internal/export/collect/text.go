package collect

import (
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// MaxText is how many bytes the value of a label has at most.
const MaxText = 128

// Text makes the value of a label of any text: what is not printable is escaped, and what is too
// long is cut.
func Text(text string) string {
	const mark = "…"
	escaped := printable.Escape(text[:min(len(text), 4*MaxText)])
	if len(escaped) <= MaxText {
		return escaped
	}
	end := MaxText - len(mark)
	for !utf8.RuneStart(escaped[end]) {
		end--
	}
	return escaped[:end] + mark
}
