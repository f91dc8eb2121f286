package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// latencyKernel carries out the command by the kernel.
func (f *latencyFlags) latencyKernel(cmd *cobra.Command, pair pairing) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := selectPair(f.scope, f.types, pair)
	if err != nil {
		return err
	}
	start, end := sel.probes[0], sel.probes[1]
	if err := checkWhere(options.Filter, start); err != nil {
		return err
	}
	if err := f.key.choose(cmd, start, end, !sel.describesItself()); err != nil {
		return err
	}
	by, err := f.grouping(start, end)
	if err != nil {
		return err
	}
	if err := f.checkPointed(by); err != nil {
		return err
	}
	plan, err := f.planSlow(start, end)
	if err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	defer catchSignals(cmd)()
	attached := attaching(cmd, &options)
	l, err := uprobe.Pair(plan.starts.probes, plan.ends.probes, uprobe.PairOptions{
		Options: options, Key: uprobe.Argument(f.key.argument), By: uprobe.Argument(f.by),
		ByText: by.isText, ByEnd: by.isOfEnd, Slower: f.slower,
		StartCaptures: plan.starts.captures, EndCaptures: plan.ends.captures,
	})
	attached()
	if err != nil {
		return attachError(err)
	}
	report := f.reporter(cmd, start, end, by, time.Now())
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
