package filter

import (
	"fmt"
	"strconv"
)

// Parentheses stand only where the tree needs them: what was accepted nests no deeper when printed.

func (e And) String() string { return within(e.L, 1) + " && " + within(e.R, 2) }
func (e Or) String() string  { return within(e.L, 0) + " || " + within(e.R, 1) }

func (e Not) String() string {
	if c, ok := e.X.(Compare); ok && c.nonzero() {
		if c.L.Mask == 0 {
			return "!" + c.L.String()
		}
		return "!(" + c.L.String() + ")"
	}
	return "!" + within(e.X, 3)
}

func (e Compare) String() string {
	return fmt.Sprintf("%v %v %v", e.L, e.Op, e.R)
}

// nonzero tells whether e may be written as its left operand alone.
func (e Compare) nonzero() bool {
	return e.Op == NotEqual && e.R == Operand{Kind: Literal}
}

func (e StringCompare) String() string {
	op := NotEqual
	if e.Equal {
		op = Equal
	}
	return fmt.Sprintf("arg%d %v %s", e.Arg, op, strconv.Quote(e.Text))
}

func (o Operand) String() string {
	text := ""
	switch o.Kind {
	case PID:
		text = "pid"
	case TID:
		text = "tid"
	case Literal:
		return o.Value.String()
	default:
		text = "arg" + strconv.Itoa(o.Arg)
	}
	if o.Mask != 0 {
		text += fmt.Sprintf(" & %#x", o.Mask)
	}
	return text
}

// within writes e as part of something that binds as tight as level: 0 for ||, 1 for &&, 3 for !, and
// one more where e is on the right, because && and || group from the left.
func within(e Expr, level int) string {
	own := 2
	switch e.(type) {
	case Or:
		own = 0
	case And:
		own = 1
	case Not:
		own = 3
	}
	if own < level {
		return "(" + e.String() + ")"
	}
	return e.String()
}
