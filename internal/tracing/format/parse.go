package format

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// A SyntaxError says what is wrong in a format, and where.
type SyntaxError = syntax.Error

const verbs = "diuxXopcfegsbv"

// Parse reads a format. Its errors are of type *SyntaxError. A format with names must be bound to a
// probe before it is used.
func Parse(text string) (*Format, error) {
	p := parser{text: text, format: &Format{text: text}}
	for p.at < len(text) {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	p.flush()
	named := func(d part) bool { return d.name != "" }
	if slices.ContainsFunc(p.format.parts, named) {
		return p.format, nil
	}
	return p.format.Bind(undescribed{})
}

type parser struct {
	text    string
	at      int // in text
	format  *Format
	literal []byte // text since the last directive
}

func (p *parser) errorf(offset int, format string, args ...any) error {
	return syntax.Errorf(p.text, offset, format, args...)
}

func (p *parser) next() error {
	switch rest := p.text[p.at:]; {
	case strings.HasPrefix(rest, "%%"):
		p.literal = append(p.literal, '%')
		p.at += len("%%")
	case rest[0] == '%':
		p.flush()
		return p.directive()
	case rest[0] == '\\':
		return p.escape(rest)
	default:
		p.literal = append(p.literal, rest[0])
		p.at++
	}
	return nil
}

func (p *parser) flush() {
	if len(p.literal) > 0 {
		p.format.parts = append(p.format.parts, part{literal: string(p.literal)})
		p.literal = p.literal[:0]
	}
}

func (p *parser) escape(rest string) error {
	if len(rest) > 1 {
		switch c := rest[1]; c {
		case 'e':
			p.literal = append(p.literal, '\x1b')
			p.at += 2
			return nil
		case '\'', '"':
			p.literal = append(p.literal, c)
			p.at += 2
			return nil
		}
	}
	r, multibyte, tail, err := strconv.UnquoteChar(rest, 0)
	if err != nil {
		return p.errorf(p.at, `bad escape; there are \n \t \r \e \\ \xNN, and the others of Go`)
	}
	if multibyte {
		p.literal = utf8.AppendRune(p.literal, r)
	} else {
		p.literal = append(p.literal, byte(r)) // #nosec G115 -- a byte, says UnquoteChar
	}
	p.at = len(p.text) - len(tail)
	return nil
}

// directive reads a directive, which begins with a %.
func (p *parser) directive() (err error) {
	d := part{offset: p.at}
	p.at++
	if err := p.argument(&d); err != nil {
		return err
	}
	p.flags(&d)
	if d.width, err = p.number("width", MaxWidth); err != nil {
		return err
	}
	d.precision = -1
	if p.accept(".") {
		if d.precision, err = p.number("precision", MaxPrecision); err != nil {
			return err
		}
	}
	if !d.chosen {
		if err := p.argument(&d); err != nil {
			return err
		}
	}
	if d.verb, err = p.verb(&d); err != nil {
		return err
	}
	p.format.parts = append(p.format.parts, d)
	return nil
}

func (p *parser) accept(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) flags(d *part) {
	for {
		switch {
		case p.accept("-"):
			d.left = true
		case p.accept("0"):
			d.zero = true
		case p.accept("#"):
			d.alternate = true
		default:
			return
		}
	}
}

// number reads digits. It returns 0 if there are none.
func (p *parser) number(what string, limit int) (int, error) {
	start := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	if start == p.at {
		return 0, nil
	}
	n, err := strconv.Atoi(p.text[start:p.at])
	if errors.Is(err, strconv.ErrRange) || n > limit {
		return 0, p.errorf(start, "%s %s is too large; at most %d", what, p.text[start:p.at], limit)
	}
	return n, nil
}

// argument reads [NAME] or [argN] if it is there.
func (p *parser) argument(d *part) error {
	start := p.at
	if !p.accept("[") {
		return nil
	}
	inside, _, closed := strings.Cut(p.text[p.at:], "]")
	if !closed {
		return p.errorf(start, "the closing ] is missing")
	}
	p.at += len(inside) + len("]")
	d.chosen = true
	digits, numbered := strings.CutPrefix(inside, "arg")
	n, err := strconv.Atoi(digits)
	switch {
	case err == nil && !numbered && n >= 0 && n < operand.MaxArgs:
		return p.errorf(start, "write [arg%d]: arguments count from 0", n)
	case err == nil && n >= 0 && n < operand.MaxArgs && strconv.Itoa(n) == digits:
		d.arg = n
		return nil
	case err != nil && isName(inside):
		d.name = inside
		return nil
	}
	return p.errorf(start, "[%s] is no argument; there are [arg0] to [arg%d], and [NAME] for an "+
		"argument that has a name", inside, operand.MaxArgs-1)
}

// isName reports whether text can be the name of an argument.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != ""
}

// verb reads the verb after C's length modifiers, which are ignored. A modifier before something
// that cannot be a verb is taken for an unknown verb.
func (p *parser) verb(d *part) (byte, error) {
	start := p.at
	p.at += len(p.text[p.at:]) - len(strings.TrimLeft(p.text[p.at:], "hlLqjzt"))
	r, size := utf8.DecodeRuneInString(p.text[p.at:])
	switch {
	case start < p.at && !unicode.IsLetter(r):
		return 0, p.unknownVerb(start, rune(p.text[start]))
	case size == 0:
		return 0, p.errorf(p.at, "the verb after %% is missing; write %%%% for a percent sign")
	case size > 1 || !strings.ContainsRune(verbs, r):
		return 0, p.unknownVerb(p.at, r)
	}
	p.at += size
	verb := byte(r) // #nosec G115 -- r is ASCII
	if d.precision == 0 && (verb == 's' || verb == 'b' || verb == 'v') {
		return 0, p.errorf(d.offset, "%%%c with a precision of 0 would read nothing", verb)
	}
	return verb, nil
}

func (p *parser) unknownVerb(at int, r rune) error {
	return p.errorf(at,
		"unknown verb %q; there are %%d %%u %%x %%o %%p %%c %%f %%e %%g %%s %%b %%v", r)
}
