package command

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// latencyKernel carries out the command by the kernel.
func (f *latencyFlags) latencyKernel(cmd *cobra.Command, pair pairing) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := following(f.scope, f.types, pair.choose)
	if err != nil {
		return err
	}
	start, end := sel.probes[0], sel.probes[1]
	if err := checkWhere(options.Filter, start); err != nil {
		return err
	}
	if err := f.key.choose(cmd.ErrOrStderr(), start, end,
		concurrency{!sel.describesItself(), sel.findGoroutines}); err != nil {
		return err
	}
	start, end = sel.probes[0], sel.probes[1] // with their goroutines, if these are the key
	by, err := f.grouping(start, end)
	if err != nil {
		return err
	}
	if err := f.checkPointed(start, end); err != nil {
		return err
	}
	plan, err := f.planSlow(start, end)
	if err != nil {
		return err
	}
	unit, err := f.unit()
	if err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	by, closeStacks, err := f.byStacks(sel, by)
	if err != nil {
		return err
	}
	defer closeStacks()
	defer f.catchSignals(cmd)()
	sel.follower.attaching(cmd, &options)
	l, err := uprobe.Pair(plan.starts.probes, plan.ends.probes, uprobe.PairOptions{
		Options: options, Key: uprobe.Argument(f.key.argument), By: by.engine(),
		Slower:        f.slower,
		StartCaptures: plan.starts.captures, EndCaptures: plan.ends.captures,
	})
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = followed{plan.attaching(options.Filter, l), l.Release}
	report := f.reporter(cmd, start, end, by, unit, time.Now())
	shown := newSlowRun(cmd, l, plan)
	return f.runBeside(cmd, l, sel, shown, func(at time.Time, last bool) error {
		defer shown.pause()()
		r, err := l.Read()
		if err != nil {
			return err
		}
		return report(r, at, last)
	})
}

// attaching returns what attaches to further sites of the pair.
func (p *slowPlan) attaching(where filter.Expr, l *uprobe.Latency) func([]uprobe.Probe) error {
	return func(probes []uprobe.Probe) error {
		starts, err := p.starts.parts(probes)
		if err != nil {
			return err
		}
		ends, err := p.ends.parts(probes)
		if err != nil {
			return err
		}
		for _, s := range starts {
			if err := checkWhere(where, s.Probe); err != nil {
				return err
			}
		}
		return l.Attach(starts, ends)
	}
}

// parts returns those of further sites that are of the plan's probe, by the parts that it is in.
func (p *tracePlan) parts(probes []uprobe.Probe) ([]uprobe.Later, error) {
	probes = slices.DeleteFunc(byTypes(probes), func(other uprobe.Probe) bool {
		return !isNamesake(other, p.probes[0])
	})
	all, later := index(p.probes, probes, typedKey)
	if len(all) > len(p.probes) {
		return nil, fmt.Errorf("%s has other arguments there; run usdt again to trace it",
			printable.Text(p.probes[0].String()))
	}
	return later, nil
}
