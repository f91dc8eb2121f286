package uprobe

import (
	"cmp"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// Options say what is traced.
type Options struct {
	PID    int         // the process, in the pid namespace of this process; 0: as each site says
	Filter filter.Expr // which hits are wanted; nil for all

	// Processes, unless nil, are the processes in which sites are traced, in place of those that
	// PID and the sites say. The kernel attaches to the sites in every process, so that each hit
	// costs something there, too: only the programs tell the processes apart, before the filter.
	Processes *Processes

	// Features are the abilities to use; nil means those of the running kernel.
	Features *kernel.Features

	// Skipped is called for each site that cannot be attached to, for instance because its file is
	// gone. The other sites are then attached without it. If no site is left, or if Skipped is nil,
	// attaching fails. An error that concerns all sites fails at once, without a call of Skipped.
	Skipped func(site Site, err error)

	// Open opens a site's file with O_PATH, and fails if Path does not lead to the expected file. If
	// it is nil, this process opens the path, which can wait for a file system without an end.
	Open func(site Site) (*os.File, error)

	// Groups is for how many groups there is room, at most MaxGroups, which is what 0 means.
	Groups int

	// Last asks CountBy for the last value of the first argument that is added up.
	Last bool

	// Interrupted, unless nil, is asked now and then while attaching, which ends with its error.
	Interrupted func() error

	// WaitForPages lets programs wait for a page that is not in memory, in processes that are given
	// by their ids or in Processes, where the kernel can (see kernel.Features.Sleep). Otherwise such
	// a page cannot be read. While a program waits, so does its thread, and no tracer of the machine
	// can attach or detach. A page can take for ever: with userfaultfd, or with a file system that
	// does not answer.
	WaitForPages bool
}

func (o Options) features() kernel.Features {
	f := kernel.Running().Features
	switch {
	case o.Features != nil:
		f = *o.Features
	case !f.MultiProcess && o.Processes == nil && !o.WaitForPages && rights.MayAttach(false):
		// Perf events, which cost other processes nothing, take more rights.
		f.Multi = false
	}
	f.Sleep = f.Sleep && f.Multi && o.WaitForPages
	return f
}

func (o Options) groups() int { return min(cmp.Or(o.Groups, MaxGroups), MaxGroups) }

// pidOf returns the process in which a site is traced, unless the programs ask Options.Processes;
// 0: every process.
func (s *session) pidOf(site Site) int {
	if s.options.Processes != nil {
		return 0
	}
	return cmp.Or(site.PID, s.options.PID)
}

// linkPID returns the process to which the kernel is to attach a site; 0: every process.
func (s *session) linkPID(site Site) int {
	if s.features.Multi && !s.features.MultiProcess {
		return 0 // the program tells processes apart
	}
	return s.pidOf(site)
}

// featuresFor returns the abilities that the program of a site uses. When all processes are traced,
// nobody knows which of them will hold up all tracers.
func (s *session) featuresFor(site Site) kernel.Features {
	f := s.features
	f.Sleep = f.Sleep && (s.pidOf(site) != 0 || s.options.Processes != nil)
	return f
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

// noArgument is the error that a probe with so many arguments lacks argument i.
func noArgument(p Probe, i, has int) error {
	return argumentError(fmt.Sprintf(
		"arg%d of %s: no such argument: the probe has %d, arg0 is the first", i, p, has))
}
