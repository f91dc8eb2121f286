package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"
)

// countFlags are the flags of usdt count.
type countFlags struct {
	aggregateFlags
	by      byFlag
	strings pointedFlag
}

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

With --by, hits are counted for each combination of values. ` + byKeysHelp + `
On a terminal, those with most hits are shown, at most 100. Elsewhere there is one report at the
end, with all of them, unless --interval is given. After 65536 combinations, hits of further ones
are counted together, as others. With --at, --by takes arguments only, and after 4096 combinations
hits are others.
` + stacksHelp + atHelp + kernelHelp,
		Example: `  sudo usdt count -p 1234 'shop:*'
  sudo usdt count --comm postgres 'postgresql:query__*'
  sudo usdt count 'python:*' -- python3 script.py
  sudo usdt count --all --by path,pid --duration 10s http:request
  sudo usdt count -p 1234 shop:order_start --stack --duration 10s
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
	cmd.Flags().Var(&flags.by, "by", "count for each value of "+byHelp)
	cmd.Flags().Var(&flags.strings, "str", strHelp)
	completeArguments(cmd, "by", "str")
	return cmd
}

// chooseInterval leaves out the reports in between that nobody wants.
func (f *countFlags) chooseInterval(cmd *cobra.Command) {
	onScreen := !f.asJSON && !f.output.isFile() && terminalWidth(cmd.OutOrStdout()) != 0
	isOnce := len(f.by) > 0 && !onScreen || f.wantsStacks()
	if isOnce && !cmd.Flags().Changed("interval") {
		f.interval = 0
	}
}

// countReporter returns what reports how often there were hits of each row until a time, and how
// often that was missed.
func (f *countFlags) countReporter(
	cmd *cobra.Command, readings *countReadings,
) func(totals []uint64, missed uint64, at time.Time, last bool) error {
	out := f.writer(cmd.OutOrStdout())
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

// writer returns what writes readings to w. Stacks are too long for a screen.
func (f *countFlags) writer(w io.Writer) countWriter {
	switch {
	case f.folded:
		return &countLines{w: io.Discard}
	case f.asJSON:
		return countJSON{w}
	case terminalWidth(w) != 0 && !bool(f.stack):
		return newCountScreen(w)
	}
	return &countLines{w: w}
}
