package command

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// countFlags are the flags of usdt count.
type countFlags struct {
	aggregateFlags
	by      byFlag
	strings pointedFlag
	stats   statsFlags
	rows    rowFlags
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

With --sum, --avg, --min and --max, which can be given together and several times, there are these
figures of arguments, added up in the kernel: exactly, also beyond 64 bits. HITS and the figures are
then those of the interval and, at the end, of the whole time. Without a terminal, they are written
once, at the end, unless --interval is given. A hit at which an argument cannot be read is in no
figure of it; how many there were is told.

With --by, hits are counted for each combination of values. ` + byKeysHelp + `
On a terminal, those with most hits are shown, at most 100. Elsewhere there is one report at the
end, with all of them, unless --interval is given. After 65536 combinations in an interval, fewer on
machines with many processors, hits of further ones are counted together, as others. --sort and
--top choose rows. With --at, --by takes arguments only, and after 4096 combinations, fewer with
figures, hits are others.
` + unitHelp + stacksHelp + atHelp + kernelHelp,
		Example: `  sudo usdt count -p 1234 'shop:*'
  sudo usdt count --comm postgres 'postgresql:query__*'
  sudo usdt count 'python:*' -- python3 script.py
  sudo usdt count --all --by path,pid --duration 10s http:request
  sudo usdt count -p 1234 http:request --sum bytes --avg bytes,took --by path --sort sum --top 10
  sudo usdt count -p 1234 http:request --min took --max took --unit ms --interval 1s
  sudo usdt count -p 1234 shop:order_start --stack --duration 10s
  sudo usdt count --all --duration 10s --where 'cents > 100' shop:order`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			flags.chooseInterval(cmd)
			if err := flags.checkView(); err != nil {
				return err
			}
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
	flags.stats.addFlags(cmd)
	flags.rows.addFlags(cmd, "hits, sum, avg, min or max; sum(NAME) is that of the argument NAME")
	return cmd
}

// chooseInterval leaves out the reports in between that nobody wants.
func (f *countFlags) chooseInterval(cmd *cobra.Command) {
	onScreen := !f.asJSON && !f.output.isFile() && terminalWidth(cmd.OutOrStdout()) != 0
	isOnce := (len(f.by) > 0 || len(f.stats.columns) > 0) && !onScreen || f.wantsStacks()
	if isOnce && !cmd.Flags().Changed("interval") {
		f.interval = 0
	}
}

// checkView checks what is shown, before any probe is known.
func (f *countFlags) checkView() error {
	added := addedUp{columns: f.stats.columns}
	for _, c := range f.stats.columns {
		added.args = append(added.args, c.arg)
		added.units = append(added.units, histogram.Number)
	}
	v := countView{rows: &f.rows, added: &added}
	return f.rows.check(v.columns(countReading{}, rateTitle))
}

// countReporter returns what reports how often there were hits of each row until a time, and how
// often that was missed.
func (f *countFlags) countReporter(
	cmd *cobra.Command, rows *groupRows, added *addedUp,
) func(missed uint64, at time.Time, last bool) error {
	out := f.countWriter(cmd.OutOrStdout(), &countView{&f.rows, added})
	return func(missed uint64, at time.Time, last bool) error {
		shortest := time.Duration(0)
		if last && !f.asJSON {
			shortest = f.interval / 2
		}
		r := rows.next(missed, at, shortest)
		if err := out.write(r, last); err != nil || !last || f.asJSON {
			return err
		}
		added.tellUnread(cmd.ErrOrStderr(), r)
		writeUnless0(cmd.ErrOrStderr(), r.missed,
			"hits not counted, "+f.loss())
		return nil
	}
}

// countWriter returns what writes readings to w. Stacks are too long for a screen.
func (f *countFlags) countWriter(w io.Writer, view *countView) countWriter {
	switch {
	case f.folded:
		return &countLines{w: io.Discard, view: view}
	case f.asJSON:
		return countJSON{w, view}
	case terminalWidth(w) != 0 && !bool(f.stack):
		return &countScreen{newScreen(w), view}
	}
	return &countLines{w: w, view: view}
}
