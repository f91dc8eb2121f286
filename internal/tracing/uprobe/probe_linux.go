package uprobe

import (
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
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

	Note sdtnote.Note

	// Signature says what the arguments are, in as many places as Note has; nil when nobody knows.
	Signature *signature.Signature

	// Symbols has the link-time addresses of the symbols that arguments refer to, by name.
	Symbols map[string]uint64

	// SemaphoreAddresses are the addresses of the probe's semaphore in the traced process. They are
	// needed only where the kernel does not count tracers in semaphores itself (before Linux 4.20).
	SemaphoreAddresses []uint64
}

// Options say what is traced.
type Options struct {
	PID    int         // the process, in the pid namespace of this process; 0 for every process
	Filter filter.Expr // which hits are wanted; nil for all

	// Features are the abilities to use; nil means those of the running kernel.
	Features *kernel.Features

	// Skipped is called for each site that cannot be attached to, for instance because its file is
	// gone. The other sites are then attached without it. If no site is left, or if Skipped is nil,
	// attaching fails. An error that concerns all sites fails at once, without a call of Skipped.
	Skipped func(site Site, err error)

	// Open opens a site's file with O_PATH, and fails if Path does not lead to the expected file. If
	// it is nil, this process opens the path, which can wait for a file system without an end.
	Open func(site Site) (*os.File, error)

	// Interrupted, unless nil, is asked now and then while attaching, which ends with its error.
	Interrupted func() error

	// WaitForPages lets programs wait for a page of the process PID that is not in memory, where
	// the kernel can (see kernel.Features.Sleep). Otherwise such a page cannot be read. While a
	// program waits, so does its thread, and no tracer of the machine can attach or detach. A page
	// can take for ever: with userfaultfd, or with a file system that does not answer.
	WaitForPages bool
}

func (o Options) features() kernel.Features {
	f := kernel.Running().Features
	if o.Features != nil {
		f = *o.Features
	}
	// When all processes are traced, nobody knows which of them will hold up all tracers.
	f.Sleep = f.Sleep && f.Multi && o.WaitForPages && o.PID != 0
	return f
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

// obstacle returns why programs cannot read an argument here that others can read elsewhere.
func obstacle(a operand.Arg) error {
	for _, r := range []operand.Register{a.Reg, a.Base, a.Index} {
		if _, ok := registers[r.Name]; r.Name != "" && !ok {
			return fmt.Errorf("this kernel's machine has no register %s", r.Name)
		}
	}
	if a.InThread {
		_, err := threadPointerOffset()
		return err
	}
	return nil
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

// noArgument is the error that a probe with so many arguments lacks argument i.
func noArgument(p Probe, i, has int) error {
	return argumentError(fmt.Sprintf(
		"arg%d of %s: no such argument: the probe has %d, arg0 is the first", i, p, has))
}

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
