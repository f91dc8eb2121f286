package filter

import (
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// A SyntaxError tells what is wrong in a filter, and where.
type SyntaxError = syntax.Error

// Parse reads a filter. Its errors are of type *SyntaxError.
func Parse(text string) (Expr, error) {
	list, err := tokens(text)
	if err != nil {
		return nil, err
	}
	p := parser{filter: text, tokens: list}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.errorf(t.offset, "expected an operator (&& || == != < <= > >= &) before %v", t)
	}
	return p.condition(n)
}

type parser struct {
	filter      string
	tokens      []token // those not read yet; the last one is the end and is never read
	comparisons int
	nesting     int
}

// A node is what a part of the text turned out to be: a condition (Expr), an integer (Operand) or the
// text of a string literal (string).
type node struct {
	offset int
	value  any
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) accept(s string) bool {
	t := p.peek()
	if t.kind != symbol || t.source != s {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) errorf(offset int, format string, args ...any) error {
	return syntax.Errorf(p.filter, offset, format, args...)
}

func (p *parser) or() (node, error) {
	return p.joined("||", p.and, func(l, r Expr) Expr { return Or{l, r} })
}

func (p *parser) and() (node, error) {
	return p.joined("&&", p.comparison, func(l, r Expr) Expr { return And{l, r} })
}

// joined reads parts with an operator between them that groups from the left.
func (p *parser) joined(operator string, part func() (node, error), join func(l, r Expr) Expr) (node, error) {
	left, err := part()
	for err == nil && p.accept(operator) {
		left, err = p.join(left, part, join)
	}
	return left, err
}

func (p *parser) join(left node, part func() (node, error), join func(l, r Expr) Expr) (node, error) {
	l, err := p.condition(left)
	if err != nil {
		return node{}, err
	}
	right, err := part()
	if err != nil {
		return node{}, err
	}
	r, err := p.condition(right)
	return node{left.offset, join(l, r)}, err
}

func (p *parser) comparison() (node, error) {
	left, err := p.masked()
	if err != nil {
		return node{}, err
	}
	op, ok := p.acceptOp()
	if !ok {
		return left, nil
	}
	right, err := p.masked()
	if err != nil {
		return node{}, err
	}
	at := p.peek().offset
	if _, chained := p.acceptOp(); chained {
		return node{}, p.errorf(at, "comparisons do not chain; join them with &&")
	}
	e, err := p.compare(left, op, right)
	return node{left.offset, e}, err
}

func (p *parser) acceptOp() (Op, bool) {
	for op, text := range opTexts {
		if p.accept(text) {
			return Op(op), true
		}
	}
	return 0, false
}

// masked reads what may have a mask: an operand, or anything tighter.
func (p *parser) masked() (node, error) {
	n, err := p.unary()
	for err == nil && p.accept("&") {
		n, err = p.mask(n)
	}
	return n, err
}

func (p *parser) mask(n node) (node, error) {
	o, ok := n.value.(Operand)
	if !ok || o.Kind == Literal || o.Mask != 0 {
		return node{}, p.errorf(n.offset, "& takes an argument on the left and an integer on the right: arg0 & 0xff")
	}
	t := p.peek()
	if t.kind != integer || t.number.Negative || t.number.Magnitude == 0 {
		return node{}, p.errorf(t.offset, "the mask after & must be a positive integer, not %v", t)
	}
	p.tokens = p.tokens[1:]
	o.Mask = t.number.Magnitude
	return node{n.offset, o}, nil
}

func (p *parser) unary() (node, error) {
	t := p.peek()
	if !p.accept("!") {
		return p.primary()
	}
	if err := p.nest(t); err != nil {
		return node{}, err
	}
	defer p.unnest()
	n, err := p.unary()
	if err != nil {
		return node{}, err
	}
	x, err := p.condition(n)
	return node{t.offset, Not{x}}, err
}

func (p *parser) primary() (node, error) {
	t := p.peek()
	if p.accept("(") {
		return p.parenthesised(t)
	}
	var value any
	switch t.kind {
	case name:
		o, err := p.name(t)
		if err != nil {
			return node{}, err
		}
		value = o
	case integer:
		value = Operand{Kind: Literal, Value: t.number}
	case text:
		value = t.text
	default:
		return node{}, p.errorf(t.offset, "expected an argument (arg0 to arg%d), pid, tid, an integer or a string, not %v", MaxArgs-1, t)
	}
	p.tokens = p.tokens[1:]
	return node{t.offset, value}, nil
}

func (p *parser) parenthesised(open token) (node, error) {
	if err := p.nest(open); err != nil {
		return node{}, err
	}
	defer p.unnest()
	n, err := p.or()
	if err != nil {
		return node{}, err
	}
	if t := p.peek(); !p.accept(")") {
		return node{}, p.errorf(t.offset, "expected ) before %v", t)
	}
	n.offset = open.offset
	return n, nil
}

func (p *parser) nest(t token) error {
	p.nesting++
	if p.nesting > MaxNesting {
		return p.errorf(t.offset, "more than %d ( and ! inside each other", MaxNesting)
	}
	return nil
}

func (p *parser) unnest() { p.nesting-- }

func (p *parser) name(t token) (Operand, error) {
	switch t.source {
	case "pid":
		return Operand{Kind: PID}, nil
	case "tid":
		return Operand{Kind: TID}, nil
	case "and", "or", "not":
		return Operand{}, p.errorf(t.offset, "write && for and, || for or, ! for not")
	}
	digits, isArg := strings.CutPrefix(t.source, "arg")
	n, err := strconv.Atoi(digits)
	if !isArg || err != nil || n < 0 || strconv.Itoa(n) != digits {
		return Operand{}, p.errorf(t.offset, "unknown name %v; arguments are arg0 to arg%d, and there are pid and tid", t, MaxArgs-1)
	}
	if n >= MaxArgs {
		return Operand{}, p.errorf(t.offset, "there is no %s; arguments are arg0 to arg%d", t.source, MaxArgs-1)
	}
	return Operand{Arg: n}, nil
}
