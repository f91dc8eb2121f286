package filter

// condition returns the condition that n stands for where the language wants a condition.
func (p *parser) condition(n node) (Expr, error) {
	switch v := n.value.(type) {
	case Expr:
		return v, nil
	case Term:
		if v.Kind != Literal {
			return p.count(n, Compare{v, NotEqual, Term{Kind: Literal}})
		}
		return nil, p.errorf(n.offset,
			"a number alone is not a condition; compare an argument with it")
	}
	return nil, p.errorf(n.offset,
		`a string alone is not a condition; compare an argument with it: arg0 == "text"`)
}

// compare returns the comparison of two terms, or of a term and a string.
func (p *parser) compare(left node, op Op, right node) (Expr, error) {
	for _, n := range []node{left, right} {
		if _, isExpr := n.value.(Expr); isExpr {
			return nil, p.errorf(n.offset, "a condition cannot be compared; "+
				"! binds tighter than %v, so write !(arg0 %v 1)", op, op)
		}
	}
	if left.isLiteral() {
		left, right, op = right, left, op.turned()
	}
	if left.isLiteral() {
		return nil, p.errorf(min(left.offset, right.offset),
			"one side of a comparison must be an argument, pid or tid")
	}
	l := left.value.(Term)
	if s, ok := right.value.(string); ok {
		return p.compareString(left, l, op, s)
	}
	return p.count(left, Compare{l, op, right.value.(Term)})
}

func (n node) isLiteral() bool {
	t, isTerm := n.value.(Term)
	return !isTerm || t.Kind == Literal
}

func (p *parser) compareString(n node, t Term, op Op, s string) (Expr, error) {
	if t.Kind != Arg || t.Mask != 0 {
		return nil, p.errorf(n.offset,
			"%v is an integer; only an argument can be compared with a string", t)
	}
	if op != Equal && op != NotEqual {
		return nil, p.errorf(n.offset, "strings can be compared by == and != only")
	}
	return p.count(n, StringCompare{Arg: t.Arg, Name: t.Name, Text: s, Equal: op == Equal})
}

func (p *parser) count(n node, e Expr) (Expr, error) {
	p.comparisons++
	if p.comparisons > MaxComparisons {
		return nil, p.errorf(n.offset, "more than %d comparisons; use fewer", MaxComparisons)
	}
	return e, nil
}
