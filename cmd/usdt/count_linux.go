package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countKernel carries out the command by the kernel.
func (f *countFlags) countKernel(cmd *cobra.Command, patterns []string) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	choose, err := choosing(patterns)
	if err != nil {
		return err
	}
	sel, err := following(f.scope, f.types, choose)
	if err != nil {
		return err
	}
	if err := checkWhere(options.Filter, sel.probes...); err != nil {
		return err
	}
	keys, err := f.keys(sel.probes)
	if err != nil {
		return err
	}
	added, err := f.stats.addedUp(sel.probes)
	if err != nil {
		return err
	}
	defer catchSignals(cmd)()
	sel.follower.attaching(cmd, &options)
	if len(keys) > 0 || len(added.args) > 0 {
		return f.countGroups(cmd, sel, keys, added, options)
	}
	counter, err := uprobe.Count(sel.probes, options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, counter.Attach, counter.Release)
	rows := newGroupRows(time.Now(), rowsOf(sel.probes))
	report := f.countReporter(cmd, rows, added)
	return f.run(cmd, counter, sel, func(at time.Time, last bool) error {
		totals, err := counter.Read()
		if err != nil {
			return err
		}
		rows.clear()
		for i, row := range rowsOf(sel.all()[:len(totals)]) {
			rows.add(row, totals[i], nil)
		}
		return report(counter.Missed(), at, last)
	})
}

// countGroups counts by values, and adds up arguments.
func (f *countFlags) countGroups(
	cmd *cobra.Command, sel *selection, keys []countKey, added *addedUp, options uprobe.Options,
) error {
	counter, err := uprobe.CountBy(
		sel.probes, engineKeys(keys), added.engineArguments(), options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, counter.Attach, counter.Release)
	rows := newGroupRows(time.Now(), nil)
	if len(keys) == 0 {
		rows = newGroupRows(time.Now(), rowsOf(sel.probes))
	}
	report := f.countReporter(cmd, rows, added)
	return f.run(cmd, counter, sel, func(at time.Time, last bool) error {
		groups, err := counter.Take()
		if err != nil {
			return err
		}
		probes := sel.all()
		for _, g := range groups {
			row := countRow{isOthers: true}
			if g.Probe != uprobe.Others {
				row = newCountRow(probes[g.Probe], keys, g.Key)
			}
			rows.add(row, g.Hits, g.Stats)
		}
		if err := report(counter.Missed(), at, last); err != nil || !last {
			return err
		}
		unreadable, err := counter.Unreadable()
		writeUnless0(cmd.ErrOrStderr(), unreadable, "hits whose argument could not be read")
		return err
	})
}
