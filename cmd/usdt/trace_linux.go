package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// maxTraceBuffer is in MiB.
const maxTraceBuffer = uprobe.MaxBuffer >> 20

// kernelPlan says what the kernel traces.
type kernelPlan struct {
	*tracePlan
	selection *selection
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
	defer catchSignals(cmd)()
	attached := attaching(cmd, &plan.options.Options)
	tracer, err := uprobe.Trace(plan.probes, plan.options)
	attached()
	if err != nil {
		return attachError(err)
	}
	lifetime := f.start(cmd, plan.selection)
	defer lifetime.close()
	detach := detachAtEnd(lifetime, tracer, plan.selection.scope, cmd.ErrOrStderr())
	defer func() { err = errors.Join(err, detach.close()) }()

	r := traceRun{
		source: tracer, events: f.writer(plan.tracePlan), limit: f.count,
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
	sel, err := selectProbes(f.scope, f.types, patterns)
	if err != nil {
		return nil, err
	}
	if err := checkWhere(options.Filter, sel.probes...); err != nil {
		return nil, err
	}
	p := &kernelPlan{selection: sel}
	if f.timeline != nil {
		f.timeline.threadsTell = !sel.describesItself()
	}
	if p.tracePlan, err = f.plan(sel.probes, parsed); err != nil {
		return nil, err
	}
	p.options = uprobe.TraceOptions{
		Options: options, Captures: p.captures, BufferBytes: f.buffer << 20,
	}
	p.warnObstacles(cmd.ErrOrStderr())
	return p, nil
}
