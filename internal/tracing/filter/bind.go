package filter

import "strings"

// A Binder returns the number of an argument of a probe and, of a text, whether the next argument
// is the number of its bytes.
type Binder func(Use) (arg int, sized bool, err error)

// Bind returns e for a probe: each argument is the one that the binder says. The error is the first
// one of the binder.
func Bind(e Expr, of Binder) (Expr, error) {
	b := binding{of: of}
	bound := b.expr(e)
	return bound, b.err
}

type binding struct {
	of  Binder
	err error
}

func (b *binding) expr(e Expr) Expr {
	switch e := e.(type) {
	case And:
		return And{b.expr(e.L), b.expr(e.R)}
	case Or:
		return Or{b.expr(e.L), b.expr(e.R)}
	case Not:
		return Not{b.expr(e.X)}
	case Compare:
		return Compare{b.term(e.L), e.Op, b.term(e.R)}
	case StringCompare:
		e.Arg, e.Sized = b.arg(Use{e.Arg, e.Name, true, strings.IndexByte(e.Text, 0) >= 0})
		e.Name = ""
		return e
	}
	return e
}

func (b *binding) term(t Term) Term {
	if t.Kind == Arg {
		t.Arg, _ = b.arg(Use{Arg: t.Arg, Name: t.Name})
		t.Name = ""
	}
	return t
}

func (b *binding) arg(u Use) (arg int, sized bool) {
	arg, sized, err := b.of(u)
	if b.err == nil {
		b.err = err
	}
	return arg, sized
}
