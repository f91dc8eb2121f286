package command

import (
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// maxTraceBuffer is in MiB.
const maxTraceBuffer = uprobe.MaxBuffer >> 20

// kernelPlan says what the kernel traces.
type kernelPlan struct {
	*tracePlan
	selection *selection
	format    *format.Format // as the user has written it; nil if there is none
	options   uprobe.TraceOptions
}

// traceKernel carries out the command by the kernel.
func (f *traceFlags) traceKernel(cmd *cobra.Command, args []string) (err error) {
	plan, err := f.planKernel(cmd, args)
	if err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	defer f.catchSignals(cmd)()
	if f.stack {
		stacks, err := plan.selection.newLocator()
		if err != nil {
			return err
		}
		defer stacks.Close()
		plan.stacks = stacks
	}
	plan.selection.follower.attaching(cmd, &plan.options.Options)
	tracer, err := uprobe.Trace(plan.probes, plan.options)
	if err != nil {
		return attachError(err)
	}
	events := &sharedWriter{eventWriter: f.writer(plan.tracePlan)}
	plan.selection.follower.tracing = followed{f.attaching(plan, events, tracer), tracer.Release}
	lifetime, err := f.start(cmd, plan.selection)
	if err != nil {
		return errors.Join(err, tracer.Close())
	}
	defer lifetime.close()
	detach := detachAtEnd(lifetime, tracer, plan.selection.scope, cmd.ErrOrStderr())
	defer func() { err = errors.Join(err, detach.close()) }()

	r := traceRun{
		source: tracer, events: events, limit: f.count,
		out: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(),
		isLostKnown: kernel.Running().Features.RingBuffer,
		stop: func() (finished bool, err error) {
			_, finished, err = detach.wait()
			return finished, err
		},
	}
	return r.run(lifetime)
}

// planKernel returns what the command line asks for.
func (f *traceFlags) planKernel(cmd *cobra.Command, args []string) (*kernelPlan, error) {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	patterns, parsed, err := f.check(cmd, args, maxTraceBuffer)
	if err != nil {
		return nil, err
	}
	sel, err := followingAll(f.scope, f.types, patterns, options.Filter)
	if err != nil {
		return nil, err
	}
	p := &kernelPlan{selection: sel, format: parsed}
	if f.timeline != nil {
		f.timeline.threadsTell = !sel.describesItself()
	}
	if p.tracePlan, err = f.plan(sel.probes, parsed); err != nil {
		return nil, err
	}
	p.options = uprobe.TraceOptions{
		Options: options, Captures: p.captures, BufferBytes: f.buffer << 20,
		Stack: bool(f.stack),
	}
	p.warnObstacles(cmd.ErrOrStderr())
	return p, nil
}

// attaching returns what attaches to further probes, and shows the new ones to the writer first.
func (f *traceFlags) attaching(
	p *kernelPlan, events eventWriter, t *uprobe.Tracer,
) func([]uprobe.Probe) error {
	known := p.probes
	return func(probes []uprobe.Probe) error {
		fitting, err := whereFits(p.options.Filter, probes)
		more := &tracePlan{many: p.many}
		for _, probe := range fitting {
			one, unfit := f.planLater([]uprobe.Probe{probe}, p.format)
			if unfit == nil {
				unfit = t.Fit(one.probes, one.captures)
			}
			if unfit != nil {
				err = errors.Join(err, unfit)
				continue
			}
			more.add(one)
		}
		before := len(known)
		var later []uprobe.Later
		known, later = index(known, more.probes, typedKey)
		if len(known) > before {
			events.add(more.from(later, before))
		}
		return errors.Join(err, t.Attach(later, more.captures))
	}
}

// add adds the probes of another plan.
func (p *tracePlan) add(other *tracePlan) {
	p.probes = append(p.probes, other.probes...)
	p.captures = append(p.captures, other.captures...)
	p.formats = append(p.formats, other.formats...)
}

// from returns the part of the plan with the probes that are new: those from an index on.
func (p *tracePlan) from(later []uprobe.Later, first int) *tracePlan {
	added := &tracePlan{many: p.many}
	for i, l := range later {
		if l.Index < first {
			continue
		}
		added.probes = append(added.probes, p.probes[i])
		added.captures = append(added.captures, p.captures[i])
		if p.formats != nil {
			added.formats = append(added.formats, p.formats[i])
		}
	}
	return added
}

// A sharedWriter is a writer of events to which probes are added while it writes.
type sharedWriter struct {
	mu sync.Mutex
	eventWriter
}

func (w *sharedWriter) append(dst []byte, ev *uprobe.Event) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.eventWriter.append(dst, ev)
}

func (w *sharedWriter) add(p *tracePlan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.eventWriter.add(p)
}
