//go:build linux

package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// descriptions know what the arguments of probes are. It is the only place that decides which
// signature a probe has.
type descriptions struct {
	catalog *catalog.Catalog   // of probes whose file says nothing; nil: none
	skipped []error            // why some descriptions are not in the catalog
	refused map[probeName]bool // probes whose signature does not go with their note
	errs    []error            // why
	more    int                // of them, apart from those in errs
}

// of returns the signature of a probe: what its file says of it, or the catalog. It is nil when
// nobody knows.
func (d *descriptions) of(n sdtnote.Note, inFile signature.Set) *signature.Signature {
	forms, origin := d.find(n, inFile)
	if len(forms) == 0 {
		return nil
	}
	args := operand.Parse(n)
	s := forms.For(len(args))
	err := disagreement(s, n, args)
	if err == nil {
		return s
	}
	if origin != "" {
		err = fmt.Errorf("%w (%s)", err, origin)
	}
	d.refuse(nameOf(n), err)
	return nil
}

// refuse remembers a probe whose signature is not used, once.
func (d *descriptions) refuse(name probeName, err error) {
	d.remember(name, fmt.Errorf("%s is shown without names: %w", printable.Text(name.String()), err))
}

func (d *descriptions) remember(name probeName, err error) {
	if d.refused[name] {
		return
	}
	if d.refused == nil {
		d.refused = make(map[probeName]bool)
	}
	if len(d.refused) < maxRefused {
		d.refused[name] = true
	}
	if len(d.errs) == maxTold {
		d.more++
		return
	}
	d.errs = append(d.errs, err)
}

// unsigned remembers a file whose signatures are too many to be read.
func (d *descriptions) unsigned(path string) {
	name := probeName{provider: path} // a file is told of once, as a probe is
	d.remember(name, fmt.Errorf("the probes of %s are shown without names: it describes too many; "+
		"--types takes a description of them", printable.Text(path)))
}

// find returns what is known of a probe, and from where if it is not from the probe's file.
func (d *descriptions) find(n sdtnote.Note, inFile signature.Set) (catalog.Forms, string) {
	if s := inFile.Find(n.Provider, n.Name); s != nil {
		return catalog.Forms{s}, ""
	}
	if d.catalog == nil {
		return nil, ""
	}
	return d.catalog.Find(n.Provider, n.Name)
}

// disagreement returns why a signature does not go with the arguments of a note.
func disagreement(s *signature.Signature, n sdtnote.Note, args []operand.Arg) error {
	if s.Places() != len(args) {
		return fmt.Errorf("its description has %s, its note %d",
			plural(s.Places(), "argument", "arguments"), len(args))
	}
	for _, p := range s.Params {
		if a := args[p.Place]; p.Type.Kind.IsAddress() && a.Kind != operand.Invalid && !isAddress(n, a) {
			return fmt.Errorf("its description has %q at an address, its note %d bytes",
				p.String(), a.Size)
		}
	}
	return nil
}

// maxRefused bounds what a hostile process can make usdt remember.
const maxRefused = 4096

// tell returns what the user should know of descriptions and signatures that are not used.
func (d *descriptions) tell() []error {
	errs := slices.Concat(d.skipped, d.errs)
	if d.more > 0 {
		errs = append(errs, errors.New(
			"other probes, too, are shown without names: "+plural(d.more, "probe", "probes")))
	}
	return errs
}
