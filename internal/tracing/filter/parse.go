package filter

import (
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// A SyntaxError says what is wrong in a filter, and where.
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
	if t := p.peek(); t.kind != endToken {
		return nil, p.errorf(t.offset,
			"expected an operator (&& || == != < <= > >= &) before %v", t)
	}
	return p.condition(n)
}

type parser struct {
	filter      string
	tokens      []token // the unread ones; the last is the end, which is never read
	comparisons int
	nesting     int
}

// A node is what a part of the filter's text means: a condition (Expr), an integer (Term) or the
// text of a string literal (string).
type node struct {
	offset int
	value  any
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) accept(s string) bool {
	t := p.peek()
	if t.kind != symbolToken || t.source != s {
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

// joined reads parts that are joined by an operator, which groups from the left.
func (p *parser) joined(
	operator string, part func() (node, error), join func(l, r Expr) Expr,
) (node, error) {
	left, err := part()
	for err == nil && p.accept(operator) {
		left, err = p.join(left, part, join)
	}
	return left, err
}

func (p *parser) join(
	left node, part func() (node, error), join func(l, r Expr) Expr,
) (node, error) {
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

// masked reads a term with or without a mask, or anything that binds tighter.
func (p *parser) masked() (node, error) {
	n, err := p.unary()
	for err == nil && p.accept("&") {
		n, err = p.mask(n)
	}
	return n, err
}

func (p *parser) mask(n node) (node, error) {
	term, ok := n.value.(Term)
	if !ok || term.Kind == Literal || term.Mask != 0 {
		return node{}, p.errorf(n.offset,
			"& takes an argument on the left and an integer on the right: arg0 & 0xff")
	}
	t := p.peek()
	if t.kind != integerToken || t.number.Compare(integer.Int{}) <= 0 {
		return node{}, p.errorf(t.offset,
			"the mask after & must be a positive integer, not %v", t)
	}
	p.tokens = p.tokens[1:]
	term.Mask = t.number.Bits
	return node{n.offset, term}, nil
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
	case nameToken:
		term, err := p.name(t)
		if err != nil {
			return node{}, err
		}
		value = term
	case integerToken:
		value = Term{Kind: Literal, Value: t.number}
	case stringToken:
		value = t.text
	default:
		return node{}, p.errorf(t.offset,
			"expected an argument (its name, or %s), pid, tid, an integer or a string, not %v",
			argNames, t)
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

func (p *parser) name(t token) (Term, error) {
	switch t.source {
	case "true":
		return Term{Kind: Literal, Value: integer.Of(1, false)}, nil
	case "false":
		return Term{Kind: Literal}, nil
	case "pid":
		return Term{Kind: PID}, nil
	case "tid":
		return Term{Kind: TID}, nil
	case "and", "or", "not":
		return Term{}, p.errorf(t.offset, "write && for and, || for or, ! for not")
	}
	digits, isArg := strings.CutPrefix(t.source, "arg")
	n, err := strconv.Atoi(digits)
	if !isArg || err != nil {
		return Term{Name: t.source}, nil
	}
	if n >= operand.MaxArgs || strconv.Itoa(n) != digits {
		return Term{}, p.errorf(t.offset,
			"there is no %s; arguments are %s", t.source, argNames)
	}
	return Term{Arg: n}, nil
}
