package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func newCountCommand() *cobra.Command {
	var flags aggregateFlags
	cmd := &cobra.Command{
		Use:   "count {-p PID | --all | --at ADDRESS} PROVIDER:PROBE...",
		Short: "Count how often probes are hit",
		Long: `Count how often probes are hit: in each second, and in total.

On a terminal, the numbers are refreshed in place; at the end, those of the whole time
remain. Elsewhere, or with --json, there are lines for every interval. A last interval that
is shorter than half an interval is added to the one before it, except in JSON. Counting ends
on Ctrl-C, after --duration, or when the process ends.
` + atHelp + kernelHelp,
		Example: `  sudo usdt count -p 1234 'shop:*'
  sudo usdt count --comm postgres 'postgresql:query__*'
  sudo usdt count --all --duration 10s --where 'cents > 100' shop:order`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if flags.at != "" {
				return countAt(cmd, &flags, patterns)
			}
			return countKernel(cmd, &flags, patterns)
		},
		ValidArgsFunction: completeProbes,
	}
	flags.addFlags(cmd, time.Second)
	return cmd
}

// countReporter returns what reports how often probes were hit until a time, and how often that was
// missed.
func (f *aggregateFlags) countReporter(
	cmd *cobra.Command, probes []uprobe.Probe, began time.Time,
) func(totals []uint64, missed uint64, at time.Time, last bool) error {
	readings := newCountReadings(probes, began)
	out := newCountWriter(cmd.OutOrStdout(), f.asJSON)
	return func(totals []uint64, missed uint64, at time.Time, last bool) error {
		shortest := time.Duration(0)
		if last && !f.asJSON {
			shortest = f.interval / 2
		}
		r := readings.next(totals, missed, at, shortest)
		if err := out.write(r, last); err != nil || !last || f.asJSON {
			return err
		}
		writeUnless0(cmd.ErrOrStderr(), r.missed,
			"hits not counted, "+f.loss())
		return nil
	}
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
