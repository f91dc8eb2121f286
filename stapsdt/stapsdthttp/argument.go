package stapsdthttp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/stapsdt"
)

// argument says which argument of a probe is meant: by its name, or by the number of its first
// place, from 0.
type argument struct {
	name   string
	number int
}

var noArgument = argument{number: -1}

// set parses a name, a number, or argN.
func (a *argument) set(text string) error {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "arg"), 10, 31)
	switch {
	case err == nil:
		*a = argument{number: int(n)} // #nosec G115 -- it has 31 bits
	case text == "" || text[0] == '-' || '0' <= text[0] && text[0] <= '9':
		return badQuery("want the name of an argument, or its number; the first is 0")
	default:
		*a = argument{name: text}
	}
	return nil
}

// json is the number or the name, as the client wrote it.
func (a argument) json() any {
	if a.name != "" {
		return a.name
	}
	return a.number
}

// String is the name, or the number, as the client wrote it.
func (a argument) String() string { return fmt.Sprint(a.json()) }

// place returns the number of an argument. Its error says what there is instead.
func (v *view) place(a argument) (int, error) {
	if a.name == "" {
		if a.number >= len(v.places) {
			return 0, fmt.Errorf("%s has no arg%d, it has %d; name only probes that have it", v.name,
				a.number, len(v.places))
		}
		return a.number, nil
	}
	var labels []string
	for _, arg := range v.args {
		if arg.label == a.name {
			return arg.place, nil
		}
		labels = append(labels, arg.label)
	}
	if len(labels) == 0 {
		return 0, fmt.Errorf("%s has no argument %q; it has none", v.name, a.name)
	}
	return 0, fmt.Errorf("%s has no argument %q; it has %s", v.name, a.name,
		strings.Join(labels, ", "))
}

// integer returns the place of an argument that is an integer.
func (v *view) integer(a argument) (place int, err error) {
	if place, err = v.place(a); err != nil {
		return 0, err
	}
	return place, v.checkInteger(place)
}

// checkInteger returns why what is at a place cannot be taken for an integer.
func (v *view) checkInteger(place int) error {
	arg := v.places[place]
	switch {
	case arg.isLength:
	case v.args[arg.index].isText():
		return fmt.Errorf("%s of %s is text, not a number", v.args[arg.index].label, v.name)
	case v.args[arg.index].isFloat():
		return fmt.Errorf("%s of %s is no integer", v.args[arg.index].label, v.name)
	}
	return nil
}

// viewArg is an argument of a probe.
type viewArg struct {
	label    string // its name, or argN
	typeName string
	typ      stapsdt.ArgType
	place    int // the first, as a tracer counts
}

func (a *viewArg) isText() bool { return a.typ == stapsdt.String || a.typ == stapsdt.Bytes }

func (a *viewArg) isFloat() bool { return a.typ == stapsdt.Float32 || a.typ == stapsdt.Float64 }

func (a *viewArg) isSigned() bool { return a.typ <= stapsdt.Int64 }

// viewPlace says what a place has.
type viewPlace struct {
	index    int  // of the argument
	isLength bool // of the []byte there
}

// quote makes text of a client printable.
func quote(text string) string { return printable.Quote(text) }
