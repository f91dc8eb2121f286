package filter

// condition makes a condition of what was read where one is needed.
func (p *parser) condition(n node) (Expr, error) {
	switch v := n.value.(type) {
	case Expr:
		return v, nil
	case Operand:
		if v.Kind != Literal {
			return p.count(n, Compare{v, NotEqual, Operand{Kind: Literal}})
		}
		return nil, p.errorf(n.offset, "a number alone is not a condition; compare an argument with it")
	}
	return nil, p.errorf(n.offset, `a string alone is not a condition; compare an argument with it: arg0 == "text"`)
}

// compare makes the comparison of two operands, or of an operand and a string.
func (p *parser) compare(left node, op Op, right node) (Expr, error) {
	for _, n := range []node{left, right} {
		if _, isExpr := n.value.(Expr); isExpr {
			return nil, p.errorf(n.offset, "a condition cannot be compared; ! binds tighter than %v, so write !(arg0 %v 1)", op, op)
		}
	}
	_, literal := left.value.(string)
	if o, ok := left.value.(Operand); ok && o.Kind == Literal {
		literal = true
	}
	if literal {
		left, right, op = right, left, op.turned()
	}
	l, ok := left.value.(Operand)
	if !ok || l.Kind == Literal {
		return nil, p.errorf(min(left.offset, right.offset), "one side of a comparison must be an argument, pid or tid")
	}
	if s, ok := right.value.(string); ok {
		return p.compareString(left, l, op, s)
	}
	return p.count(left, Compare{l, op, right.value.(Operand)})
}

func (p *parser) compareString(n node, o Operand, op Op, s string) (Expr, error) {
	if o.Kind != Arg || o.Mask != 0 {
		return nil, p.errorf(n.offset, "%v is an integer; only an argument can be compared with a string", o)
	}
	if op != Equal && op != NotEqual {
		return nil, p.errorf(n.offset, "strings can be compared by == and != only")
	}
	return p.count(n, StringCompare{Arg: o.Arg, Text: s, Equal: op == Equal})
}

func (p *parser) count(n node, e Expr) (Expr, error) {
	p.comparisons++
	if p.comparisons > MaxComparisons {
		return nil, p.errorf(n.offset, "more than %d comparisons; use fewer", MaxComparisons)
	}
	return e, nil
}
