package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An argument is a flag that says which argument of a probe is meant, by its name or by its number
// from 0. It is noArgument when the flag is not given.
type argument uprobe.Argument

var noArgument = argument(uprobe.NoArgument)

func (a *argument) Set(text string) error {
	parsed, ok := parseArgument(text)
	if !ok {
		return errors.New("want the name of an argument, or its number; the first is 0")
	}
	*a = argument(parsed)
	return nil
}

// parseArgument parses a name, a number, or argN.
func parseArgument(text string) (a uprobe.Argument, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "arg"), 10, 31)
	switch {
	case err == nil:
		return uprobe.Numbered(int(n)), true
	case text == "" || text[0] == '-' || '0' <= text[0] && text[0] <= '9':
		return a, false
	}
	return uprobe.Argument{Name: text}, true
}

// String is empty for noArgument, so that help shows no default.
func (a *argument) String() string {
	switch {
	case *a == noArgument:
		return ""
	case a.Name != "":
		return a.Name
	}
	return strconv.Itoa(a.Number)
}

func (a *argument) Type() string { return "string" }

// label is how messages and reports call the argument.
func (a argument) label() string { return printable.Text(uprobe.Argument(a).String()) }

// json is the number or the name, as the user wrote it.
func (a argument) json() any {
	if a.Name != "" {
		return a.Name
	}
	return a.Number
}

// find returns what is known of the argument at each site of the probes, nil where that is nothing.
// It is an error that a site does not have it.
func (a argument) find(flag string, probes ...uprobe.Probe) ([]*signature.Param, error) {
	var params []*signature.Param
	for _, p := range probes {
		for _, site := range p.Sites {
			place, err := place(site, uprobe.Argument(a))
			if err != nil {
				return nil, usagef("%s %s: %w", flag, a.String(), err)
			}
			param := site.Signature.At(place)
			if param != nil && param.Place != place {
				param = nil // the number of the bytes of another argument
			}
			params = append(params, param)
		}
	}
	return params, nil
}

// place returns the number of an argument of a site. Its error says what there is instead.
func place(s uprobe.Site, a uprobe.Argument) (int, error) {
	place, err := s.Place(a)
	if err == nil {
		return place, nil
	}
	probe := printable.Text(nameOf(s.Note).String())
	if s.Signature == nil {
		return 0, fmt.Errorf("nothing is known of the names of the arguments of %s; use numbers, %s",
			probe, numbersOf(s))
	}
	return 0, fmt.Errorf("%s has no argument %q; %s", probe, a.Name, namesOf(a.Name, s.Signature))
}

// numbersOf says which numbers the arguments have.
func numbersOf(s uprobe.Site) string {
	switch n := len(operand.Parse(s.Note)); n {
	case 0:
		return "but it has no arguments"
	case 1:
		return "that is arg0"
	default:
		return fmt.Sprintf("arg0 to arg%d", n-1)
	}
}

// namesOf says which arguments the user may have meant.
func namesOf(name string, s *signature.Signature) string {
	var labels []string
	for _, p := range s.Params {
		labels = append(labels, p.Label())
	}
	if len(labels) == 0 {
		return "it has none"
	}
	if similar := nearest(name, labels); len(similar) > 0 {
		return fmt.Sprintf("did you mean %s?", printable.Text(strings.Join(similar, " or ")))
	}
	return "it has " + printable.Text(strings.Join(labels, ", "))
}

// integerError returns why a named or numbered argument cannot be taken for an integer.
func integerError(p *signature.Param) error {
	switch {
	case p == nil:
		return nil
	case p.Type.Kind.IsAddress():
		return fmt.Errorf("%s (%s) is no number", printable.Text(p.Label()),
			printable.Text(p.Type.Name))
	case p.Type.Kind == signature.Float:
		return fmt.Errorf("%s (%s) is no integer", printable.Text(p.Label()),
			printable.Text(p.Type.Name))
	}
	return nil
}
