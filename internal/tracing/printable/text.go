package printable

import (
	"strings"
	"unicode/utf8"
)

// Text returns text as it is, or quoted as by Quote when any of it is not printable.
func Text(text string) string {
	if isPrintable(text) {
		return text
	}
	return Quote(text)
}

// Quote returns text as a string literal of Go.
func Quote(text string) string { return string(AppendQuoted(nil, []byte(text))) }

// Escape returns text with an escape of Go for each character that is not printable. Quotes and
// backslashes stay as they are.
func Escape(text string) string {
	if isPrintable(text) {
		return text
	}
	return string(AppendEscaped(nil, []byte(text)))
}

// Distinct is Escape with an escape for each backslash, too: different texts stay different.
func Distinct(text string) string {
	if isPrintable(text) && strings.IndexByte(text, '\\') < 0 {
		return text
	}
	return string(AppendDistinct(nil, []byte(text)))
}

// AppendEscaped appends what Escape returns to dst.
func AppendEscaped(dst, text []byte) []byte { return appendText(dst, text, "") }

// AppendDistinct appends what Distinct returns to dst.
func AppendDistinct(dst, text []byte) []byte { return appendText(dst, text, `\`) }

// AppendQuoted appends text to dst as a string literal of Go, as strconv.AppendQuote does, except
// that invisible characters are escaped, too.
func AppendQuoted(dst, text []byte) []byte {
	return append(appendText(append(dst, '"'), text, `"\`), '"')
}

// appendText appends text to dst with an escape for each character that is not printable, and a
// backslash before each of others.
func appendText(dst, text []byte, others string) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendByte(dst, text[0])
		case r < utf8.RuneSelf && strings.IndexByte(others, text[0]) >= 0:
			dst = append(dst, '\\', text[0])
		default:
			dst = AppendRune(dst, r)
		}
		text = text[size:]
	}
	return dst
}

// AppendRune appends a character to dst, or its escape.
func AppendRune(dst []byte, r rune) []byte {
	switch {
	case Rune(r):
		return utf8.AppendRune(dst, r)
	case '\a' <= r && r <= '\r':
		return append(dst, '\\', "abtnvfr"[r-'\a'])
	case r < utf8.RuneSelf:
		return appendByte(dst, byte(r)) // #nosec G115 -- r is ASCII
	case r <= 0xffff:
		return appendHex(append(dst, '\\', 'u'), r, 4)
	}
	return appendHex(append(dst, '\\', 'U'), r, 8)
}

func appendByte(dst []byte, b byte) []byte { return appendHex(append(dst, '\\', 'x'), rune(b), 2) }

// appendHex appends that many digits of v.
func appendHex(dst []byte, v rune, digits int) []byte {
	for ; digits > 0; digits-- {
		dst = append(dst, "0123456789abcdef"[v>>(4*(digits-1))&15])
	}
	return dst
}
