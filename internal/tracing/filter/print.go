package filter

import (
	"fmt"
	"strconv"
)

// Parentheses are printed only where the tree needs them, so that a filter that Parse accepted does
// not nest deeper when it is printed.

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

// nonzero reports whether e can be written as its left term alone.
func (e Compare) nonzero() bool {
	return e.Op == NotEqual && e.R == Term{Kind: Literal}
}

func (e StringCompare) String() string {
	op := NotEqual
	if e.Equal {
		op = Equal
	}
	return fmt.Sprintf("%s %v %s", argText(e.Arg, e.Name), op, strconv.Quote(e.Text))
}

func (t Term) String() string {
	text := ""
	switch t.Kind {
	case PID:
		text = "pid"
	case TID:
		text = "tid"
	case Literal:
		return t.Value.String()
	default:
		text = argText(t.Arg, t.Name)
	}
	if t.Mask != 0 {
		text += fmt.Sprintf(" & %#x", t.Mask)
	}
	return text
}

func argText(arg int, name string) string {
	if name != "" {
		return name
	}
	return "arg" + strconv.Itoa(arg)
}

// within writes e as a part of an expression that binds as tight as level: 0 for ||, 1 for &&, 3
// for !. The level is one more where e is on the right, because && and || group from the left.
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
