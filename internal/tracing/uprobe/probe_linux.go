package uprobe

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// A Probe is what is traced under one name. A probe that a compiler inlined or copied has several sites.
type Probe struct {
	Provider, Name string
	Sites          []Site
}

func (p Probe) String() string { return p.Provider + ":" + p.Name }

// A Site is a place in a file.
type Site struct {
	// Path opens the file. It may be of any kind that this process can open: /proc/PID/fd/N, too.
	Path string

	// Dev and Inode, unless 0, are those of stat(2) that the file must have, because what a path such as
	// /proc/PID/fd/N leads to is up to the process.
	Dev, Inode uint64

	Note sdtnote.Note

	// Symbols are the link-time addresses of the symbols that arguments refer to, by name.
	Symbols map[string]uint64

	// SemaphoreAddresses are where the traced process has the probe's semaphore. They matter to
	// kernels that do not count semaphores themselves.
	SemaphoreAddresses []uint64
}

// Options say what is traced.
type Options struct {
	PID    int         // the process, as the pid namespace of this one has it; 0 means every process
	Filter filter.Expr // only hits that satisfy it; nil means every hit

	// Features, unless nil, are the abilities of the kernel to be used.
	Features *kernel.Features

	// Skipped, unless nil, is called for each site that cannot be attached to because its file is gone by now, or
	// because the kernel does not trace it, and the others are attached all the same. Without it, or when none is
	// left, that is an error of the whole.
	Skipped func(site Site, err error)

	// Waiting, unless nil, is called when Detach has waited for a while: a thread of the process is in a
	// program and waits for memory that does not come, as it can with userfaultfd or a file system that
	// does not answer. It ends with that process.
	Waiting func()
}

func (o Options) features() kernel.Features {
	f := kernel.Running().Features
	if o.Features != nil {
		f = *o.Features
	}
	// What all processes do about their memory is beyond the user's control.
	f.Sleep = f.Sleep && f.Multi && o.PID != 0
	return f
}

// args decodes the arguments of the site. Arguments beyond operand.MaxArgs are ignored.
func (s Site) args() []operand.Arg {
	args := operand.Parse(s.Note)
	return args[:min(len(args), operand.MaxArgs)]
}

// Args describes the arguments of the probe, by its first site.
func (p Probe) Args() []operand.Arg { return p.Sites[0].args() }

// ErrRights is matched by the errors of a kernel that does not let this process trace.
var ErrRights = errors.New("not permitted to trace")

// ErrArgument is matched by the errors about an argument that a probe does not have or that cannot be read.
var ErrArgument = errors.New("no such argument")

func argumentError(p Probe, arg int, format string, a ...any) error {
	return fmt.Errorf("arg%d of %s: %w: %s", arg, p, ErrArgument, fmt.Sprintf(format, a...))
}
