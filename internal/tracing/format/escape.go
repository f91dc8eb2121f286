package format

import (
	"strconv"
	"unicode/utf8"
)

// AppendEscaped appends text of a traced program to dst so that a terminal can show it. What Go's
// strconv.IsPrint does not call printable becomes an escape: control characters, characters that
// change the direction of writing, and bytes that are not UTF-8. Quotes and backslashes stay as
// they are.
func AppendEscaped(dst, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			dst = appendHex(dst, text[0])
		} else {
			dst = appendEscapedRune(dst, r)
		}
		text = text[size:]
	}
	return dst
}

func appendEscapedRune(dst []byte, r rune) []byte {
	if strconv.IsPrint(r) {
		return utf8.AppendRune(dst, r)
	}
	start := len(dst)
	dst = strconv.AppendQuoteRune(dst, r)
	return append(dst[:start], dst[start+1:len(dst)-1]...) // without the quotes
}

func appendHex(dst []byte, b byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'x', digits[b>>4], digits[b&15])
}

// AppendQuoted appends data of a traced program to dst as a string literal of Go, as
// strconv.AppendQuote does with a string.
func AppendQuoted(dst, data []byte) []byte {
	dst = append(dst, '"')
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendHex(dst, data[0])
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\'':
			dst = append(dst, '\'')
		default:
			dst = appendEscapedRune(dst, r)
		}
		data = data[size:]
	}
	return append(dst, '"')
}
