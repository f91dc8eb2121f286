package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/filter"
)

// An Argument says which of the arguments of a site is meant: by its name, which can be another one
// at each site, or by its number, from 0.
type Argument struct {
	Name   string // "" for the one with the Number
	Number int
}

// NoArgument is none of the arguments.
var NoArgument = Argument{Number: -1}

// Numbered returns the argument with a number.
func Numbered(n int) Argument { return Argument{Number: n} }

// String returns the name, or argN.
func (a Argument) String() string {
	if a.Name != "" {
		return a.Name
	}
	return fmt.Sprintf("arg%d", a.Number)
}

// Place returns the number of the argument at the site. Only described sites have names.
func (s Site) Place(a Argument) (int, error) {
	if a.Name == "" {
		return a.Number, nil
	}
	if p := s.Signature.Named(a.Name); p != nil {
		return p.Place, nil
	}
	return 0, fmt.Errorf("%s of %s:%s: %w", a.Name, s.Note.Provider, s.Note.Name, ErrArgument)
}

// isSized reports whether the argument at a place is the address of text or bytes whose number is
// the next argument.
func (s Site) isSized(place int) bool {
	p := s.Signature.At(place)
	return p != nil && p.Places() == 2 && p.Place == place
}

// bind returns the filter for the site.
func (s Site) bind(e filter.Expr) (filter.Expr, error) {
	return filter.Bind(e, func(u filter.Use) (int, bool, error) {
		place, err := s.Place(Argument{u.Name, u.Arg})
		return place, u.Text && s.isSized(place), err
	})
}

// sizedText copies the text or bytes of argument i, whose number is argument i+1, to the address in
// R1, where there must be something already: at most limit bytes. It sets R0 to 0 or an error, and
// changes R1 to R5.
func (p *program) sizedText(i, limit int) {
	p.emit(asm.LoadMem(asm.R2, asm.RFP, frameArg(i+1), asm.DWord))
	p.atMost(asm.R2, limit)
	p.pointer(asm.R3, i)
	p.callReadUser()
}

// atMost bounds an unsigned value.
func (p *program) atMost(r asm.Register, limit int) {
	fits := p.newLabel()
	p.emit(
		asm.JLE.Imm(r, imm(limit), fits),
		asm.Mov.Imm(r, imm(limit)),
	)
	p.place(fits)
}
