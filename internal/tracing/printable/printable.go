// Package printable writes text of traced programs and of files that anybody may have made, so that
// a terminal shows all of it and obeys none of it. Everything that the command writes goes through
// it: text, tables and messages as well as JSON.
package printable

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Rune reports whether a character is shown as it is. Control characters, characters that change
// the direction of writing, and all others that show nothing are not.
func Rune(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r <= '~'
	}
	return strconv.IsPrint(r) && !unicode.In(r, invisible...)
}

// invisible are the tables of characters that show nothing although Go calls some of them
// printable, such as U+3164, the Hangul filler.
var invisible = []*unicode.RangeTable{
	unicode.Other_Default_Ignorable_Code_Point,
	unicode.Variation_Selector,
	{R16: []unicode.Range16{{Lo: 0x2800, Hi: 0x2800, Stride: 1}}}, // the blank of Braille
}

// isPrintable reports whether all of the text is UTF-8 and is shown as it is.
func isPrintable(text string) bool {
	for i, r := range text {
		if !Rune(r) || r == utf8.RuneError && !isEncoded(text[i:]) {
			return false
		}
	}
	return true
}

// isEncoded reports whether the text begins with an encoded character, not with a byte that is not
// part of UTF-8.
func isEncoded(text string) bool {
	_, size := utf8.DecodeRuneInString(text)
	return size > 1
}
