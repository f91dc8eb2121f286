package format

import "github.com/go-usdt/usdt/internal/tracing/syntax"

// Limits of what Parse accepts.
const (
	MaxWidth     = 1024 // characters
	MaxPrecision = 4096 // digits; bytes of %s and %b
)

// A Format writes events. Nothing changes it after Escape is set: any goroutine may use it.
type Format struct {
	// Escape writes what is not printable in %s and %c as Go's escapes (\n, \x1b): text of a traced
	// program must not control a terminal or pretend to be another event.
	Escape bool

	text     string
	parts    []part
	captures []Capture
}

// A part is literal text, or a directive when it has a verb.
type part struct {
	literal string

	verb      byte
	offset    int // of the directive in the text of the format
	arg       int
	width     int
	precision int // -1: not given
	left      bool
	zero      bool
	alternate bool // #
}

// Kind is what must be read of an argument in the kernel, at the moment of the event.
type Kind uint8

const (
	Integer Kind = iota // the argument itself
	String              // also the text that it points to, up to its NUL
	Bytes               // also the bytes that it points to
)

// A Capture tells what a Format needs of one argument.
type Capture struct {
	Arg    int
	Kind   Kind
	Length int // of Bytes: the argument with their number
	Max    int // of String and Bytes: how many bytes at most; 0 when the format does not say
}

// Captures returns what the format needs, one Capture for each argument it uses, in order of the
// arguments. The caller does not change it.
func (f *Format) Captures() []Capture { return f.captures }

// Check returns an error (*SyntaxError) if a probe with nargs arguments has too few for the format.
func (f *Format) Check(nargs int) error {
	for _, p := range f.parts {
		if p.verb == 0 || p.arg+argsOf(p.verb) <= nargs {
			continue
		}
		missing := max(p.arg, nargs) // of %b its number may be what is missing
		return syntax.Errorf(f.text, p.offset, "%%%c takes arg%d, but the probe has %s", p.verb, missing, arguments(nargs))
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

// argsOf returns how many arguments a verb takes.
func argsOf(verb byte) int {
	if verb == 'b' {
		return 2
	}
	return 1
}
