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
	by, err := f.by.grouping(f.strings, sel.probes)
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
	if len(by) > 0 {
		return f.countGroups(cmd, sel, by, options)
	}
	sel.follower.attaching(cmd, &options)
	counter, err := uprobe.Count(sel.probes, options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, counter.Attach, counter.Release)
	readings := newCountReadings(rowsOf(sel.probes), time.Now())
	report := f.countReporter(cmd, readings)
	return f.run(cmd, counter, sel, func(at time.Time, last bool) error {
		totals, err := counter.Read()
		if err != nil {
			return err
		}
		readings.rows = append(readings.rows, rowsOf(sel.all()[len(readings.rows):len(totals)])...)
		return report(totals, counter.Missed(), at, last)
	})
}

// countGroups counts by values.
func (f *countFlags) countGroups(
	cmd *cobra.Command, sel *selection, by grouping, options uprobe.Options,
) error {
	sel.follower.attaching(cmd, &options)
	counter, err := uprobe.CountBy(sel.probes, by.engine(), options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, counter.Attach, counter.Release)
	began := time.Now()
	rows := newGroupRows(began)
	report := f.countReporter(cmd, rows.readings)
	return f.run(cmd, counter, sel, func(at time.Time, last bool) error {
		groups, err := counter.Read()
		if err != nil {
			return err
		}
		rows.clear()
		var all *stackReport
		if last {
			all = f.newStackReport(began, at, "hits", "count")
		}
		probes := sel.all()
		for _, g := range groups {
			row := newCountRow(probes[g.Probe], by, g.Key)
			all.add(row.name(), row.stack, int64(g.Hits)) // #nosec G115 -- a count
			if !f.stack {
				row.stack = nil
			}
			rows.add(row, g.Hits)
		}
		others, err := counter.Others()
		if err != nil {
			return err
		}
		if others > 0 {
			rows.add(countRow{isOthers: true}, others)
			all.add(countRow{isOthers: true}.name(), nil, int64(others)) // #nosec G115 -- a count
		}
		if err := report(rows.totals, counter.Missed(), at, last); err != nil || !last {
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
