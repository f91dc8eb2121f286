package format

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// An Argument is an argument of a probe as far as it is known.
type Argument struct {
	Place int  // its number
	Kind  Kind // what it points to, Integer when that is unknown or nothing

	// Sized says that the next argument is the number of the bytes of a text. That of Bytes always
	// is.
	Sized bool

	// NoText says what it is if that is no address: "took (time.Duration)". Nothing can be read there.
	NoText string
}

// A Probe knows its arguments.
type Probe interface {
	// Named returns the argument with a name.
	Named(name string) (Argument, error)

	// At returns the argument with a number.
	At(place int) Argument
}

// Bind returns the format for a probe, whose names it uses. Errors of type *SyntaxError say where
// in the format the argument is that the probe lacks.
func (f *Format) Bind(p Probe) (*Format, error) {
	bound := *f
	bound.parts, bound.needs = slices.Clone(f.parts), nil
	next := 0
	for i := range bound.parts {
		d := &bound.parts[i]
		if d.verb == 0 {
			continue
		}
		a := p.At(next)
		switch {
		case d.name != "":
			var err error
			if a, err = p.Named(d.name); err != nil {
				return nil, syntax.Errorf(f.text, d.offset, "%v", err)
			}
		case d.chosen:
			a = p.At(d.arg)
		}
		if reads := d.verb == 's' || d.verb == 'b'; reads && a.NoText != "" && !d.isNumbered() {
			return nil, syntax.Errorf(f.text, d.offset,
				"%%%c reads text, and %s is none; use %%v", d.verb, a.NoText)
		}
		d.bind(a)
		if next = d.arg + d.places; next > operand.MaxArgs {
			return nil, syntax.Errorf(f.text, d.offset, "%%%c takes arg%d; arguments are arg0 to arg%d",
				d.verb, next-1, operand.MaxArgs-1)
		}
	}
	return &bound, bound.collectNeeds()
}

// isNumbered reports whether the user chose the argument by its number, and so knows better than
// its type what it is.
func (p *part) isNumbered() bool { return p.chosen && p.name == "" }

// bind makes the directive take the argument.
func (p *part) bind(a Argument) {
	p.arg, p.places, p.kind = a.Place, 1, Integer
	sized := a.Sized || a.Kind == Bytes
	switch {
	case p.verb == 's' && sized, p.verb == 'v' && sized, p.verb == 'b' && a.Kind != String,
		p.verb == 'b' && sized:
		p.kind, p.places = Bytes, 2
	case p.verb == 's', p.verb == 'b', p.verb == 'v' && a.Kind == String:
		p.kind = String
	}
}

// undescribed is a probe of which nothing is known.
type undescribed struct{}

func (undescribed) Named(string) (Argument, error) { return Argument{}, nil }
func (undescribed) At(place int) Argument          { return Argument{Place: place} }
