package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	integerToken
	stringToken
	symbolToken
)

type token struct {
	kind   tokenKind
	offset int         // in bytes
	source string      // as the user wrote it
	number integer.Int // of an integer
	text   string      // of a string, without quotes
}

// String returns the token as error messages name it.
func (t token) String() string {
	if t.kind == endToken {
		return "the end"
	}
	return strconv.Quote(t.source)
}

// symbols has the longer symbols first: a token is as long as it can be.
var symbols = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "&", "!", "(", ")"}

// argNames names the arguments in error messages.
var argNames = fmt.Sprintf("arg0 to arg%d", operand.MaxArgs-1)

// hints help users who think of another language.
var hints = map[byte]string{
	'=':  "use == to compare",
	'|':  "use || for either of two conditions",
	'+':  "there is no arithmetic in a filter",
	'-':  "there is no arithmetic in a filter; a negative number has its digits right after the -",
	'*':  "there is no arithmetic in a filter",
	'/':  "there is no arithmetic in a filter",
	'%':  "there is no arithmetic in a filter",
	'~':  "use == or !=: there are no patterns in a filter",
	'$':  "arguments have their names, or " + argNames,
	'\\': "put a string in double quotes",
}

// tokens splits a filter. The last token is always the end.
func tokens(filter string) ([]token, error) {
	var list []token
	for at := 0; ; {
		at += len(filter[at:]) - len(strings.TrimLeft(filter[at:], " \t\r\n"))
		if at == len(filter) {
			return append(list, token{kind: endToken, offset: at}), nil
		}
		t, err := scan(filter, at)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
		at += len(t.source)
	}
}

// scan reads the token at offset.
func scan(filter string, offset int) (token, error) {
	t := token{offset: offset}
	rest := filter[offset:]
	switch c := rest[0]; {
	case c == '"' || c == '`' || c == '\'':
		err := t.scanQuoted(filter, rest)
		return t, err
	case isDigit(c) || c == '-' && len(rest) > 1 && isDigit(rest[1]):
		err := t.scanInteger(filter, rest)
		return t, err
	case isWord(c):
		t.kind, t.source = nameToken, rest[:wordEnd(rest, 0)]
		return t, nil
	}
	for _, s := range symbols {
		if strings.HasPrefix(rest, s) {
			t.kind, t.source = symbolToken, s
			return t, nil
		}
	}
	if hint := hints[rest[0]]; hint != "" {
		return t, syntax.Errorf(filter, offset, "%s", hint)
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return t, syntax.Errorf(filter, offset, "unexpected character %q", r)
}

// scanInteger reads decimal, hexadecimal, octal or binary digits, or a time such as 1.5ms, which is
// its number of nanoseconds.
func (t *token) scanInteger(filter, rest string) error {
	t.kind = integerToken
	t.source = rest[:wordEnd(rest, 1)]
	digits, negative := strings.CutPrefix(t.source, "-")
	magnitude, err := strconv.ParseUint(digits, 0, 64)
	if ns, failed := time.ParseDuration(digits); err != nil && failed == nil {
		magnitude, err = uint64(ns), nil // #nosec G115 -- it has no sign
	}
	if errors.Is(err, strconv.ErrRange) || negative && magnitude > 1<<63 {
		return syntax.Errorf(filter, t.offset, "%s does not fit in 64 bits", t.source)
	}
	if err != nil {
		return syntax.Errorf(filter, t.offset, "%q is not an integer", t.source)
	}
	t.number = integer.Of(magnitude, false)
	if negative {
		t.number = integer.Of(-magnitude, true)
	}
	return nil
}

// scanQuoted reads a string, or a character between single quotes, which is an integer.
func (t *token) scanQuoted(filter, rest string) error {
	source, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return syntax.Errorf(filter, t.offset, "%s", quoteProblem(rest))
	}
	if !utf8.ValidString(source) {
		return syntax.Errorf(filter, t.offset,
			"the text is not UTF-8; write \\xNN for other bytes")
	}
	t.source = source
	t.text, err = strconv.Unquote(source)
	if err != nil {
		return syntax.Errorf(filter, t.offset, "%s", quoteProblem(rest))
	}
	if rest[0] == '\'' {
		t.kind = integerToken
		r, _, _, _ := strconv.UnquoteChar(source[1:], '\'')
		t.number = integer.Of(uint64(r), false) // #nosec G115 -- a character is not negative
		return nil
	}
	t.kind = stringToken
	if len(t.text) > MaxString {
		return syntax.Errorf(filter, t.offset,
			"the string has %d bytes; at most %d can be compared", len(t.text), MaxString)
	}
	return nil
}

func quoteProblem(rest string) string {
	quote := rest[:1]
	if !strings.Contains(rest[1:], quote) {
		return "the closing " + quote + " is missing"
	}
	if quote == "'" {
		return "there must be one character between single quotes; a string goes in double quotes"
	}
	return "the string has a bad escape; write \\\\ for a backslash"
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c == '.' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// wordEnd returns where a word ends that continues at from.
func wordEnd(s string, from int) int {
	for from < len(s) && isWord(s[from]) {
		from++
	}
	return from
}
