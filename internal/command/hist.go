package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// histFlags are the flags of usdt hist.
type histFlags struct {
	aggregateFlags
	arg     argument
	by      byFlag
	strings pointedFlag
	linear  string
	view    histView
}

func newHistCommand() *cobra.Command {
	f := histFlags{arg: noArgument}
	cmd := &cobra.Command{
		Use:   "hist [-p PID | --all | --at ADDRESS] PROVIDER:PROBE... --arg NAME|N [-- COMMAND...]",
		Short: "Draw a histogram of an argument",
		Long: `Count in the kernel how often an argument had which value, and draw a histogram at the
end: on Ctrl-C, after --duration, or when the process ends. An argument is meant by its name, as
usdt list shows it, or by its number from 0. A name means the argument of each probe that has the
name, whatever its number is there.

The rows are powers of two, or with --linear LO,HI,STEP ranges of STEP values from LO up to HI:
integers as the probe passes them or, of durations and sizes, numbers with a unit. The figures
below the rows come from a finer scale, unless there is --linear. In any case max is exact, and mean
is exact up to rounding.

With --by, there is a histogram for each combination of values. ` + byKeysHelp + `
The ` + strconv.Itoa(mostGroups) + ` with most hits are drawn, JSON has all.
` + histogramOthersHelp + `
` + histViewHelp + unitHelp + stacksHelp + atHelp + kernelHelp,
		Example: `  sudo usdt hist -p 1234 shop:order_end --arg cents
  sudo usdt hist shop:order_end --arg cents -- ./shop
  sudo usdt hist -p 1234 http:request --arg duration --by path,status --duration 10s
  sudo usdt hist -p 1234 shop:order_end --arg cents --linear 0,1000,50 -o orders.svg
  sudo usdt hist -p 1234 http:request --arg duration --linear 0,50ms,5ms
  sudo usdt hist -p 1234 http:request --arg took_us --unit ms --quantiles 50,99,99.9
  sudo usdt hist -p 1234 http:request --arg bytes --by path --sort p99 --top 5 --interval 1s
  sudo usdt hist -p 1234 shop:order_end --arg cents --folded | flamegraph.pl > cents.svg`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, patterns []string) error {
			if f.at != "" {
				return f.histAt(cmd, patterns)
			}
			return f.histKernel(cmd, patterns)
		},
		ValidArgsFunction: completeProbes,
	}
	f.output.draws = true
	f.addFlags(cmd, 0)
	flags := cmd.Flags()
	flags.Var(&f.arg, "arg", "count the values of the argument `NAME`, or of that number from 0")
	flags.Var(&f.by, "by", "draw a histogram for each value of "+byHelp)
	flags.Var(&f.strings, "str", strHelp)
	completeArguments(cmd, "arg", "by", "str")
	flags.StringVar(&f.linear, "linear", "", "make rows of equal width: `LO,HI,STEP`")
	f.view.addFlags(cmd)
	return cmd
}

// scale returns the scale of values in a unit.
func (f *histFlags) scale(unit histogram.Unit) (scale histogram.Scale, err error) {
	if f.linear == "" {
		return histogram.Log2(), nil
	}
	texts := strings.Split(f.linear, ",")
	if len(texts) != 3 {
		return scale, usagef("--linear %q: want LO,HI,STEP, such as 0,1000,50", f.linear)
	}
	var ends [3]int64
	for i, text := range texts {
		if ends[i], err = unit.ParseInteger(text); err != nil {
			return scale, usagef("--linear %q: %w", f.linear, err)
		}
	}
	if scale, err = histogram.Linear(ends[0], ends[1], ends[2]); err != nil {
		return scale, usagef("--linear %q: %w", f.linear, err)
	}
	return scale, nil
}

// check checks what no probe has to be known for.
func (f *histFlags) check() error {
	if f.arg == noArgument {
		return usagef("which argument? use --arg with its name or number; the first is --arg 0")
	}
	return f.view.check()
}

// reporter returns what reports a reading that was made at a time; probes returns the probes by
// then.
func (f *histFlags) reporter(cmd *cobra.Command, probes func() []uprobe.Probe, by grouping,
	unit histogram.Unit, began time.Time,
) func(r histReading, at time.Time, last bool) error {
	rows := newHistRows(cmd.OutOrStdout(), &f.view, !bool(f.stack))
	return func(r histReading, at time.Time, last bool) error {
		by := by
		probes := probes()
		all := f.stacksOf(r.groups, probeNames(probes), by, began, at, "values", f.arg.label(), unit)
		r.groups, by = f.shown(r.groups, by)
		r.prepare(unit, &f.view) // groups are in the order of what is shown
		if last {
			if err := f.writeStacks(cmd.OutOrStdout(), all); err != nil || f.folded {
				return err
			}
			title := fmt.Sprintf("%s of %s", f.arg.label(), probeNames(probes))
			if err := f.output.draw(title, r.panels(by)); err != nil {
				return err
			}
		}
		if f.asJSON {
			return r.writeJSON(cmd.OutOrStdout(), probes, f.arg, by, unit.Name, began, at)
		}
		if f.interval > 0 {
			if err := rows.write(at, r.groups, by, r.all(), last); err != nil || !last {
				return err
			}
		}
		if err := errors.Join(rows.end(), f.separate(cmd.OutOrStdout())); err != nil {
			return err
		}
		return r.write(cmd.OutOrStdout(), by, f.loss())
	}
}

// unit returns the unit of the values. It is an error that they are no integers.
func (f *histFlags) unit(probes []uprobe.Probe) (histogram.Unit, error) {
	unit, err := unitOfArgument("--arg", f.arg, probes)
	if err != nil {
		return unit, err
	}
	units := []histogram.Unit{unit}
	err = f.view.unit.apply(units, func(int) string { return f.arg.label() })
	return units[0], err
}

// commonField returns how values are shown of an argument that is of the same type in all probes,
// and nil when they are plain integers.
func commonField(params []*signature.Param) *field {
	for _, p := range params {
		if p == nil || p.Type.Kind != params[0].Type.Kind || p.Type.Size != params[0].Type.Size {
			return nil
		}
	}
	t := params[0].Type
	if t.Kind == signature.Int || t.Kind == signature.Uint {
		return nil
	}
	return &field{kind: t.Kind, size: t.Size}
}
