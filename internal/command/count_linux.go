package command

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
	sel, err := followingAll(f.scope, f.types, patterns, options.Filter)
	if err != nil {
		return err
	}
	by, err := f.by.grouping(f.strings, sel.probes)
	if err != nil {
		return err
	}
	added, err := f.stats.addedUp(sel.probes)
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
	if len(by) > 0 || len(added.args) > 0 {
		return f.countGroups(cmd, sel, by, added, options)
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
	cmd *cobra.Command, sel *selection, by grouping, added *addedUp, options uprobe.Options,
) error {
	counter, err := uprobe.CountBy(sel.probes, by.engine(), added.engineArguments(), options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, counter.Attach, counter.Release)
	began := time.Now()
	rows := newGroupRows(began, nil)
	if len(by) == 0 {
		rows = newGroupRows(began, rowsOf(sel.probes))
	}
	stacks := newGroupRows(began, nil) // of the whole time, if a report about stacks is wanted
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
				row = newCountRow(probes[g.Probe], by, g.Key)
			}
			if f.wantsStackReport() {
				stacks.add(row, g.Hits, nil)
			}
			if !f.stack {
				row.stack = nil
			}
			rows.add(row, g.Hits, g.Stats)
		}
		var all *stackReport
		if last {
			all = f.newStackReport(began, at, "hits", "count")
			stacks.report(all)
		}
		if err := report(counter.Missed(), at, last); err != nil || !last {
			return err
		}
		if err := f.writeStacks(cmd.OutOrStdout(), all); err != nil {
			return err
		}
		unreadable, err := counter.Unreadable()
		writeUnless0(cmd.ErrOrStderr(), unreadable, "hits whose argument could not be read")
		return err
	})
}
