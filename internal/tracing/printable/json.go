package printable

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendJSON appends text of any bytes to dst as a string of JSON. What is not printable is
// escaped. Each byte that is not part of UTF-8 becomes U+FFFD.
func AppendJSON(dst, text []byte) []byte {
	dst = append(dst, '"')
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == '"' || r == '\\' {
			dst = append(dst, '\\', byte(r))
		} else {
			dst = appendJSONRune(dst, r)
		}
		text = text[size:]
	}
	return append(dst, '"')
}

// EscapeJSON returns a document of JSON with an escape for each character that is not printable,
// except line feeds. JSON has such characters in strings only, and there the escape means the same.
func EscapeJSON(document []byte) []byte {
	hidden := func(r rune) bool { return r != '\n' && (!Rune(r) || r == utf8.RuneError) }
	if !bytes.ContainsFunc(document, hidden) {
		return document
	}
	escaped := make([]byte, 0, len(document))
	for len(document) > 0 {
		r, size := utf8.DecodeRune(document)
		if r == '\n' {
			escaped = append(escaped, '\n')
		} else {
			escaped = appendJSONRune(escaped, r)
		}
		document = document[size:]
	}
	return escaped
}

func appendJSONRune(dst []byte, r rune) []byte {
	switch {
	case Rune(r):
		return utf8.AppendRune(dst, r)
	case r == '\n':
		return append(dst, '\\', 'n')
	case r == '\t':
		return append(dst, '\\', 't')
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		dst = appendHex(append(dst, '\\', 'u'), high, 4)
		return appendHex(append(dst, '\\', 'u'), low, 4)
	}
	return appendHex(append(dst, '\\', 'u'), r, 4)
}

// AppendJSONFloat appends a number, or a string when JSON has no such number: "NaN", "+Inf" or
// "-Inf".
func AppendJSONFloat(dst []byte, n float64, bits int) []byte {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		dst = strconv.AppendFloat(append(dst, '"'), n, 'g', -1, bits)
		return append(dst, '"')
	}
	return strconv.AppendFloat(dst, n, 'g', -1, bits)
}
