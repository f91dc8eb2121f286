package filter

import "github.com/go-usdt/usdt/internal/tracing/integer"

// Values is one event, as Eval reads it.
type Values interface {
	// Int returns an argument, sign-extended to 64 bits when the probe says that it is signed. It
	// is not ok when the argument could not be read or the probe has no such argument.
	Int(arg int) (value uint64, signed, ok bool)

	// String returns the text that an argument points to, without its NUL. It is not ok when the
	// text could not be read. Text longer than MaxString may be cut, but must stay longer than
	// MaxString.
	String(arg int) (text string, ok bool)

	PID() uint32
	TID() uint32
}

// Eval reports whether the condition holds for an event.
func Eval(e Expr, v Values) bool {
	switch e := e.(type) {
	case And:
		return Eval(e.L, v) && Eval(e.R, v)
	case Or:
		return Eval(e.L, v) || Eval(e.R, v)
	case Not:
		return !Eval(e.X, v)
	case Compare:
		l, okL := e.L.value(v)
		r, okR := e.R.value(v)
		return okL && okR && e.Op.Holds(l.Compare(r))
	case StringCompare:
		text, ok := v.String(e.Arg)
		return ok && (text == e.Text) == e.Equal
	}
	return false
}

func (t Term) value(v Values) (integer.Int, bool) {
	var (
		bits   uint64
		signed bool
		ok     = true
	)
	switch t.Kind {
	case PID:
		bits = uint64(v.PID())
	case TID:
		bits = uint64(v.TID())
	case Literal:
		return t.Value, true
	default:
		bits, signed, ok = v.Int(t.Arg)
	}
	if t.Mask != 0 {
		return integer.Of(bits&t.Mask, false), ok
	}
	return integer.Of(bits, signed), ok
}
