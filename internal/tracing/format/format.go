package format

import "github.com/go-usdt/usdt/internal/tracing/syntax"

// Limits of what Parse accepts.
const (
	MaxWidth     = 1024 // characters
	MaxPrecision = 4096 // digits; bytes of %s and %b
)

// A Format writes events: of any probe or, when it has names, of the probe that it is bound to. As
// soon as Escape is set, any goroutine may use it.
type Format struct {
	// Escape, unless nil, appends what %s and %c write to dst, with escapes, as AppendEscaped of
	// package printable does. Otherwise text of a traced program could control the terminal or
	// pretend to be another event.
	Escape func(dst, text []byte) []byte

	text  string
	parts []part
	needs []Need
}

// A part is literal text, or a directive when it has a verb.
type part struct {
	literal string

	verb      byte
	offset    int    // of the directive in the text of the format
	name      string // of the argument; otherwise arg is its number
	chosen    bool   // by the user; otherwise it is the next one
	arg       int
	places    int  // arguments that it takes
	kind      Kind // what is read of the argument
	width     int
	precision int // -1 when not given
	left      bool
	zero      bool
	alternate bool // #
}

// A Kind says what must be read of an argument at the moment of the event.
type Kind uint8

const (
	Integer Kind = iota // the argument itself
	String              // also the text that it points to, up to its NUL
	Bytes               // also the bytes that it points to, as many as another argument says
)

// A Need tells what a Format needs of one argument.
type Need struct {
	Arg    int
	Kind   Kind
	Length int // of Bytes: the argument that is their number
	Max    int // of String and Bytes: the most bytes that are needed; 0 for no limit
}

// Needs returns one Need for each argument that the format uses, in the order of the
// arguments. The caller does not change the slice.
func (f *Format) Needs() []Need { return f.needs }

// Check returns a *SyntaxError if the format needs more than nargs arguments.
func (f *Format) Check(nargs int) error {
	for _, p := range f.parts {
		if p.verb == 0 || p.arg+p.places <= nargs {
			continue
		}
		missing := max(p.arg, nargs) // the second argument of %b may be missing alone
		return syntax.Errorf(f.text, p.offset, "%%%c takes arg%d, but the probe has %s",
			p.verb, missing, arguments(nargs))
	}
	return nil
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "only arg0"
	}
	return "only arg0 to arg" + string(appendInt(nil, n-1))
}
