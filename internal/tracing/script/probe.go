package script

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// A Probe is a probe of a process, as a script traces it.
type Probe struct {
	PID            int
	Provider, Name string
	Files          []File // with the probe's sites, at least one
	Args           []Arg  // of the first site
}

// A File is an ELF file that the process has mapped.
type File struct {
	Path  string // opens the file
	Sites []Site // at least one
}

// A Site is a place where the probe fires.
type Site struct {
	Note      sdtnote.Note
	Addresses []uint64 // in the process
}

// An Arg is an argument of the probe.
type Arg struct {
	operand.Arg
	Kind Kind
}

// A Kind is what a script prints of an argument.
type Kind int

const (
	Integer Kind = iota // the argument itself
	Text                // the text, up to its NUL, that the argument points to
	Bytes               // the bytes that the argument points to; the next argument is their number
)

func (p Probe) String() string { return p.Provider + ":" + p.Name }

var plain = regexp.MustCompile(`^[\w./+,@=-]+$`)

// IsPlain tells whether all characters of a name stand for themselves in a shell and in the
// language of every tool.
func IsPlain(name string) bool { return plain.MatchString(name) }

// checkNames refuses the names that a hostile process could give itself to make a script do
// something else.
func (p Probe) checkNames() error {
	names := []string{p.Provider, p.Name}
	for _, f := range p.Files {
		names = append(names, f.Path)
	}
	for _, name := range names {
		if !IsPlain(name) {
			return fmt.Errorf("%q cannot be written into a script; use usdt trace", name)
		}
	}
	return nil
}

// readable returns the arguments before the first one that cannot be decoded, at most limit. Tools
// leave out an argument that they do not understand, and number the arguments behind it wrongly.
func (p Probe) readable(limit int) []Arg {
	args := p.Args[:min(len(p.Args), limit)]
	undecoded := func(a Arg) bool { return a.Arg.Kind == operand.Invalid }
	if bad := slices.IndexFunc(args, undecoded); bad >= 0 {
		return args[:bad]
	}
	return args
}

// checkPointers reports texts and bytes that are not among the arguments that the tool can read.
func (p Probe) checkPointers(tool string, readable []Arg) error {
	for i, a := range p.Args {
		last := i
		if a.Kind == Bytes {
			last++
		}
		if a.Kind != Integer && last >= len(readable) {
			return fmt.Errorf("%s cannot read argument %d of %v (%s); use usdt trace",
				tool, i, p, p.Files[0].Sites[0].Note.Args)
		}
	}
	return nil
}
