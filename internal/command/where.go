package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// where is the text of a filter, empty when there is none.
type where string

func (w *where) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP((*string)(w), "where", "w", "",
		"only hits that satisfy `FILTER`, such as 'cents > 100 && method == \"GET\"'")
}

// parse returns nil when there is no filter. Its error is about the command line.
func (w where) parse() (filter.Expr, error) {
	if w == "" {
		return nil, nil
	}
	expr, err := filter.Parse(string(w))
	if err != nil {
		return nil, usagef("--where: %w", err)
	}
	return expr, nil
}

// checkWhere reports an argument that the filter uses and that one of the probes lacks, or has of
// another type.
func checkWhere(expr filter.Expr, probes ...uprobe.Probe) error {
	if expr == nil {
		return nil
	}
	for _, u := range filter.Uses(expr) {
		for _, p := range probes {
			for _, site := range p.Sites {
				if err := checkUse(site, u); err != nil {
					return usagef("--where: %w", err)
				}
			}
		}
	}
	return nil
}

func checkUse(site uprobe.Site, u filter.Use) error {
	place, err := place(site, uprobe.Argument{Name: u.Name, Number: u.Arg})
	if err != nil {
		return err
	}
	if has := len(operand.Parse(site.Note)); place >= has {
		return fmt.Errorf("%s has no arg%d, it has %s; name only probes that have it",
			printable.Text(nameOf(site.Note).String()), place, plural(has, "argument", "arguments"))
	}
	p := site.Signature.At(place)
	if sized := p != nil && p.Place == place && p.Places() == 2; u.NUL && !sized {
		return fmt.Errorf("the string has a NUL in it, which ends the text of %s",
			uprobe.Argument{Name: printable.Text(u.Name), Number: u.Arg})
	}
	if u.Name == "" {
		return nil // a number means the integer itself, or that it is an address
	}
	label, isText := printable.Text(p.Label()), p.Type.Kind.IsAddress()
	switch {
	case u.Text && !isText && p.Type.Kind != signature.Pointer:
		return fmt.Errorf("%s is of type %s, which cannot be compared with a string",
			label, printable.Text(p.Type.Name))
	case !u.Text && isText:
		return fmt.Errorf(`%s is of type %s; compare it with a string: %s == "text"`,
			label, printable.Text(p.Type.Name), label)
	case !u.Text:
		return integerError(p)
	}
	return nil
}
