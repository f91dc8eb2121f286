package uprobe

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A Probe is the sites of one name. There are several when a compiler has inlined or copied the
// code.
type Probe struct {
	Provider, Name string
	Sites          []Site
}

func (p Probe) String() string { return p.Provider + ":" + p.Name }

// A Site is the instruction of a file that a note describes.
type Site struct {
	// Path names the file. It can be any path that this process can open, such as /proc/PID/fd/N.
	Path string

	// Dev and Inode identify the file as stat(2) does, unless Inode is 0. Attaching fails when the
	// path leads to another file: a process can change what its /proc/PID/fd/N leads to.
	Dev, Inode uint64

	// PID is the process in which the site is traced. If it is 0, Options.PID is or, if that is 0,
	// every process.
	PID int

	Note sdtnote.Note

	// Behind is the form of the no-op directly behind the site, which is a plain one then; Nop if
	// there is none. The engine attaches there if the kernel replaces that form better. A program
	// with such a site must not fork, but for processes that exec at once.
	Behind probesite.Form

	// Signature says what the arguments are, in as many places as Note has; nil when nobody knows.
	Signature *signature.Signature

	// GoroutineID is where the runtime.g of a goroutine has the goroutine's id, in bytes, if a
	// goroutine enters the site by this library's own assembly, which leaves the address of its g in
	// the register that Go has it in; otherwise 0.
	GoroutineID int64

	// Symbols has the link-time addresses of the symbols that arguments refer to, by name.
	Symbols map[string]uint64

	// SemaphoreAddresses are the addresses of the probe's semaphore in the traced process. They are
	// needed only where the kernel does not count tracers in semaphores itself (before Linux 4.20).
	SemaphoreAddresses []uint64
}

// offset returns where in the file to attach, in a kernel that replaces that form best.
func (s Site) offset(best probesite.Form) uint64 {
	if s.Behind != probesite.Nop && s.Behind == best {
		return s.Note.FileOffset + uint64(len(probesite.Nop.Code(s.Note.Machine)))
	}
	return s.Note.FileOffset
}

// Args describes the arguments of the site, with the sign that their signature gives them. One that
// the running kernel does not let programs read is invalid, too. Arguments beyond operand.MaxArgs
// are left out.
func (s Site) Args() []operand.Arg {
	args := operand.Resolve(s.Note, s.Symbols)
	args = args[:min(len(args), operand.MaxArgs)]
	for i, a := range args {
		if err := obstacle(a); err != nil {
			args[i] = operand.Arg{Text: a.Text, Err: err}
		}
		if p := s.Signature.At(i); p != nil && p.Place == i && p.Type.LosesSign(a.Size) {
			args[i].Signed = true
		}
	}
	return args
}

// Args describes the arguments of the probe, as its first site has them.
func (p Probe) Args() []operand.Arg { return p.Sites[0].Args() }

// ErrRights matches the errors of attaching when the kernel does not let this process trace.
var ErrRights = errors.New("not permitted to trace")

// ErrArgument matches errors about an argument that the probe does not have or that cannot be read.
var ErrArgument = errors.New("unusable argument")

// An argumentError is a sentence about an argument.
type argumentError string

func (e argumentError) Error() string        { return string(e) }
func (e argumentError) Is(target error) bool { return target == ErrArgument }

// unreadable is the error that argument i cannot be read, at no hit.
func unreadable(p Probe, i int, a operand.Arg) error {
	return argumentError(fmt.Sprintf("arg%d of %s, %s, cannot be read: %v", i, p, a.Text, a.Err))
}

// Obstacles returns why arguments of the probe, as its first site has them, cannot be read at any
// hit: a nil for each that can be read.
func (p Probe) Obstacles() []error {
	args := p.Args()
	obstacles := make([]error, len(args))
	for i, a := range args {
		if a.Kind == operand.Invalid {
			obstacles[i] = unreadable(p, i, a)
		}
	}
	return obstacles
}
