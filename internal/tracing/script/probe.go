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
	Name string // a word; "" when it has none
	Kind Kind

	described bool // the kind is what the signature says, not what the user wants
}

// A Kind is what a script prints of an argument.
type Kind int

const (
	Integer   Kind = iota // the argument itself
	Text                  // the text, up to its NUL, that the argument points to
	Bytes                 // the bytes that the argument points to; the next argument is their number
	SizedText             // the same for text
	Length                // nothing: it is the number that belongs to the argument before
	Bool                  // true or false
	Float                 // the bits of a floating-point number
	Pointer               // an address
)

// label is what a script prints before the value of argument i.
func (a Arg) label(i int) string {
	if a.Name != "" {
		return a.Name
	}
	return fmt.Sprintf("arg%d", i)
}

// hasLength tells whether the next argument is the number of bytes.
func (a Arg) hasLength() bool { return a.Kind == Bytes || a.Kind == SizedText }

// pointsTo tells whether what the argument points to is printed.
func (a Arg) pointsTo() bool { return a.Kind == Text || a.hasLength() }

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

// readable returns the arguments before the first one that is in no place which all tools know, at
// most limit. Tools leave out such an argument, and number the arguments behind it wrongly. Without
// its length, an argument that has one is an address.
func (p Probe) readable(limit int) []Arg {
	args := slices.Clone(p.Args[:min(len(p.Args), limit)])
	if strange := slices.IndexFunc(args, Arg.isStrange); strange >= 0 {
		args = args[:strange]
	}
	if last := len(args) - 1; last >= 0 && args[last].described && args[last].hasLength() {
		args[last].Kind = Pointer
	}
	return args
}

// isStrange reports whether an argument is in no place that all tools know. They do not know
// floating-point numbers, variables of a thread, the global offset table, and pairs of registers.
func (a Arg) isStrange() bool {
	return a.Arg.Kind == operand.Invalid || a.Float || a.InThread || a.FromGOT || a.Upper.Name != ""
}

// lacks returns a comment about the arguments that a tool does not read, from one of them on.
func (p Probe) lacks(tool string, readable []Arg) string {
	if len(readable) == len(p.Args) {
		return ""
	}
	return lack(tool, len(readable), " and those behind it")
}

// lack returns a comment about argument i, which a tool does not read. It does not say where the
// argument is: that is text of the process.
func lack(tool string, i int, more string) string {
	return fmt.Sprintf("# %s does not read argument %d%s; see usdt trace.\n", tool, i, more)
}

// checkPointers reports texts and bytes that are not among the arguments that the tool reads.
func (p Probe) checkPointers(tool string, reads func(i int) bool) error {
	for i, a := range p.Args {
		isRead := reads(i) && (!a.hasLength() || reads(i+1))
		if isRead || a.described || !a.pointsTo() {
			continue
		}
		return fmt.Errorf("%s cannot read argument %d of %v (%s); use usdt trace",
			tool, i, p, p.Files[0].Sites[0].Note.Args)
	}
	return nil
}

// upTo returns a function that holds for the numbers of these arguments.
func upTo(readable []Arg) func(i int) bool {
	return func(i int) bool { return i < len(readable) }
}
