package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countKernel carries out the command by the kernel.
func countKernel(cmd *cobra.Command, flags *aggregateFlags, patterns []string) error {
	options, err := flags.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := selectProbes(flags.scope, flags.types, patterns)
	if err != nil {
		return err
	}
	if err := checkWhere(options.Filter, sel.probes...); err != nil {
		return err
	}
	defer catchSignals(cmd)()
	attached := attaching(cmd, &options)
	counter, err := uprobe.Count(sel.probes, options)
	attached()
	if err != nil {
		return attachError(err)
	}
	report := flags.countReporter(cmd, sel.probes, time.Now())
	return flags.run(cmd, counter, sel, func(at time.Time, last bool) error {
		totals, err := counter.Read()
		if err != nil {
			return err
		}
		return report(totals, counter.Missed(), at, last)
	})
}
