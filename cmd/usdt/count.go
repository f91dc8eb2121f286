//go:build linux

package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func newCountCommand() *cobra.Command {
	var flags aggregateFlags
	cmd := &cobra.Command{
		Use:   "count {-p PID | --all} PROVIDER:PROBE...",
		Short: "Count how often probes are hit",
		Long: `Count how often probes are hit: in each second, and in total.

On a terminal, the numbers are refreshed in place; at the end, those of the whole time
remain. Elsewhere, or with --json, there are lines for every interval. A last interval that
is shorter than half an interval is added to the one before it, except in JSON. Counting ends
on Ctrl-C, after --duration, or when the process ends.
` + waitForPagesHelp + rights.Help,
		Example: `  sudo usdt count -p 1234 'shop:*'
  sudo usdt count --all --duration 10s --where 'cents > 100' shop:order`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			return count(cmd, &flags, patterns)
		},
		ValidArgsFunction: completeProbes,
	}
	flags.addFlags(cmd, time.Second)
	return cmd
}

func count(cmd *cobra.Command, flags *aggregateFlags, patterns []string) error {
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
	readings := newCountReadings(sel.probes, time.Now())
	out := newCountWriter(cmd.OutOrStdout(), flags.asJSON)
	return flags.run(cmd, counter, sel, func(at time.Time, last bool) error {
		totals, err := counter.Read()
		if err != nil {
			return err
		}
		shortest := time.Duration(0)
		if last && !flags.asJSON {
			shortest = flags.interval / 2
		}
		r := readings.next(totals, counter.Missed(), at, shortest)
		if err := out.write(r, last); err != nil || !last || flags.asJSON {
			return err
		}
		writeUnless0(cmd.ErrOrStderr(), r.missed,
			"hits not counted, while another BPF program was running")
		return nil
	})
}

func newCountWriter(w io.Writer, asJSON bool) countWriter {
	switch {
	case asJSON:
		return countJSON{w}
	case terminalWidth(w) != 0:
		return newCountScreen(w)
	}
	return &countLines{w: w}
}
