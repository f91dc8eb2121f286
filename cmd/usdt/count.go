package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"
)

func newCountCommand() *cobra.Command {
	var flags countFlags
	cmd := &cobra.Command{
		Use:   "count [-p PID | --all | --at ADDRESS] PROVIDER:PROBE... [-- COMMAND...]",
		Short: "Count how often probes are hit",
		Long: `Count how often probes are hit: in each second, and in total.

On a terminal, the numbers are refreshed in place; at the end, those of the whole time
remain. Elsewhere, or with --json, there are lines for every interval. A last interval that
is shorter than half an interval is added to the one before it, except in JSON. Counting ends
on Ctrl-C, after --duration, or when the process ends.

With --by, hits are counted for each combination of values: of arguments, pid, tid, or comm, the
name of the thread. --str N says that argument N of probes that are not described points to text.
Of a text, 255 bytes count, of each of several less; an … follows the quote where there is more.
On a terminal, those with most hits are shown, at most 100. Elsewhere there is one report at the
end, with all of them, unless --interval is given. After 65536 combinations, hits of further ones
are counted together, as others. With --at, --by takes one argument, of which 63 bytes count.
` + atHelp + kernelHelp,
		Example: `  sudo usdt count -p 1234 'shop:*'
  sudo usdt count --comm postgres 'postgresql:query__*'
  sudo usdt count 'python:*' -- python3 script.py
  sudo usdt count --all --by path,pid --duration 10s http:request
  sudo usdt count --all --duration 10s --where 'cents > 100' shop:order`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			flags.chooseInterval(cmd)
			if flags.at != "" {
				return flags.countAt(cmd, patterns)
			}
			return flags.countKernel(cmd, patterns)
		},
		ValidArgsFunction: completeProbes,
	}
	flags.addFlags(cmd, time.Second)
	cmd.Flags().Var(&flags.by, "by", "count for each value of the arguments `NAMES`, pid, tid, comm")
	cmd.Flags().Var(&flags.strings, "str", strHelp)
	completeArguments(cmd, "by", "str")
	return cmd
}

// chooseInterval leaves out the reports in between that nobody wants.
func (f *countFlags) chooseInterval(cmd *cobra.Command) {
	onScreen := !f.asJSON && !f.output.isFile() && terminalWidth(cmd.OutOrStdout()) != 0
	if len(f.by) > 0 && !onScreen && !cmd.Flags().Changed("interval") {
		f.interval = 0
	}
}

// countReporter returns what reports how often there were hits of each row until a time, and how
// often that was missed.
func (f *countFlags) countReporter(
	cmd *cobra.Command, readings *countReadings,
) func(totals []uint64, missed uint64, at time.Time, last bool) error {
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
