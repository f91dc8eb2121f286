package format

import (
	"strconv"
	"unicode/utf8"
)

// appendBits appends an unsigned integer.
func (p *part) appendBits(dst []byte, value uint64) []byte {
	switch p.verb {
	case 'p':
		return p.appendInteger(dst, "0x", value, 16)
	case 'x':
		return p.appendInteger(dst, p.prefix("0x"), value, 16)
	case 'X':
		start := len(dst)
		dst = p.appendInteger(dst, p.prefix("0X"), value, 16)
		upper(dst[start:])
		return dst
	case 'o':
		return p.appendInteger(dst, "", value, 8)
	}
	return p.appendInteger(dst, "", value, 10)
}

// prefix returns what the flag # puts before the digits.
func (p *part) prefix(s string) string {
	if p.alternate {
		return s
	}
	return ""
}

func upper(b []byte) {
	for i, c := range b {
		if 'a' <= c && c <= 'f' {
			b[i] = c - 'a' + 'A'
		}
	}
}

// appendInteger appends a sign or prefix, and at least as many digits as the precision says.
// Without a precision, the flag 0 fills the width with digits.
func (p *part) appendInteger(dst []byte, before string, value uint64, base int) []byte {
	dst = append(dst, before...)
	start := len(dst)
	if p.precision != 0 || value != 0 { // as in C, %.0d of 0 has no digits
		dst = strconv.AppendUint(dst, value, base)
	}
	digits := p.precision
	if digits < 0 && p.zero && !p.left {
		digits = p.width - len(before)
	}
	return fill(dst, start, digits-(len(dst)-start), '0')
}

// pad fills the text from start on with blanks up to the width. A float with the flag 0 gets zeros
// between its sign and its digits.
func (p *part) pad(dst []byte, start int) []byte {
	missing := p.width - utf8.RuneCount(dst[start:])
	switch {
	case missing <= 0:
		return dst
	case p.left:
		return fill(dst, len(dst), missing, ' ')
	case p.zero && p.isFinite(dst[start:]):
		if dst[start] == '-' {
			start++
		}
		return fill(dst, start, missing, '0')
	}
	return fill(dst, start, missing, ' ')
}

// isFinite reports whether text is a float with digits, and not NaN, an infinity or a message.
func (p *part) isFinite(text []byte) bool {
	switch p.verb {
	case 'f', 'e', 'g':
		last := text[len(text)-1]
		return '0' <= last && last <= '9'
	}
	return false
}

// fill inserts the byte c n times into dst at the offset at.
func fill(dst []byte, at, n int, c byte) []byte {
	if n <= 0 {
		return dst
	}
	end := len(dst)
	for range n {
		dst = append(dst, c)
	}
	copy(dst[at+n:], dst[at:end])
	for i := at; i < min(at+n, end); i++ {
		dst[i] = c
	}
	return dst
}
