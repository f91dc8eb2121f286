//go:build linux

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// histFlags are the flags of usdt hist.
type histFlags struct {
	aggregateFlags
	arg, by, text argument
	linear        string
	picture       picture
}

func newHistCommand() *cobra.Command {
	f := histFlags{arg: noArgument, by: noArgument, text: noArgument}
	cmd := &cobra.Command{
		Use:   "hist {-p PID | --all} PROVIDER:PROBE... --arg N",
		Short: "Draw a histogram of an argument",
		Long: `Count in the kernel how often an argument (the first is 0) had which value, and draw that as a histogram:
at the end, which comes with Ctrl-C, after --duration, or when the process has ended; with --interval now and
then, too.

The rows are powers of two, or with --linear LO,HI,STEP ranges of STEP values from LO up to HI. The figures
below come from a finer scale: without --linear they are within 1/32 of the truth. In any case max is exact, and
mean is up to rounding.

With --by M there is a histogram for each value of argument M. With --str M too, argument M is the address of
text, whose first ` + strconv.Itoa(uprobe.MaxByText) + ` bytes count.

` + rights.Help,
		Example: `  sudo usdt hist -p 1234 shop:order_end --arg 1
  sudo usdt hist -p 1234 http:request --arg 2 --by 0 --str 0 --duration 10s
  sudo usdt hist -p 1234 shop:order_end --arg 1 --linear 0,1000,50 --svg orders.svg`,
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(cmd *cobra.Command, patterns []string) error { return f.hist(cmd, patterns) },
		ValidArgsFunction: completeProbes,
	}
	f.addFlags(cmd, 0)
	flags := cmd.Flags()
	flags.Var(&f.arg, "arg", "the argument `N`, from 0, whose values are counted")
	flags.Var(&f.by, "by", "a histogram for each value of argument `M`, from 0")
	flags.Var(&f.text, "str", "argument `M`, that of --by, points to text that ends with a NUL")
	flags.StringVar(&f.linear, "linear", "", "rows of equal width: `LO,HI,STEP`")
	f.picture.addFlags(cmd)
	return cmd
}

// scale is that of the values.
func (f *histFlags) scale() (histogram.Scale, error) {
	if f.linear == "" {
		return histogram.Log2(), nil
	}
	ends, err := parseIntegers(f.linear)
	if err != nil || len(ends) != 3 {
		return histogram.Scale{}, usagef(
			"--linear %q: want three integers LO,HI,STEP, such as 0,1000,50", f.linear)
	}
	scale, err := histogram.Linear(ends[0], ends[1], ends[2])
	if err != nil {
		return scale, usagef("--linear %q: %w", f.linear, err)
	}
	return scale, nil
}

// parseIntegers parses a list that is separated by commas.
func parseIntegers(list string) ([]int64, error) {
	var integers []int64
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return nil, err
		}
		integers = append(integers, n)
	}
	return integers, nil
}

// options checks the flags.
func (f *histFlags) options(stderr io.Writer) (o uprobe.DistributionOptions, err error) {
	if o.Options, err = f.aggregateFlags.options(stderr); err != nil {
		return o, err
	}
	switch {
	case f.arg == noArgument:
		return o, usagef("which argument? say --arg N; the first is --arg 0")
	case f.text != noArgument && f.text != f.by:
		return o, usagef("--str %d: it is about the argument of --by", f.text)
	}
	o.Arg, o.By, o.ByText = int(f.arg), int(f.by), f.text != noArgument
	o.Scale, err = f.scale()
	return o, err
}

// byKind is how the argument to group by is understood.
func (f *histFlags) byKind(p uprobe.Probe) byKind {
	args := p.Args()
	switch {
	case f.by == noArgument:
		return byNothing
	case f.text != noArgument:
		return byText
	case int(f.by) < len(args) && args[f.by].Signed:
		return bySigned
	}
	return byUnsigned
}

func (f *histFlags) hist(cmd *cobra.Command, patterns []string) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := selectProbes(f.scope, patterns)
	if err != nil {
		return err
	}
	if err := checkWhere(options.Filter, sel.probes...); err != nil {
		return err
	}
	if err := f.picture.open(); err != nil {
		return err
	}
	defer f.picture.close()
	defer catchSignals(cmd)()
	d, err := uprobe.Distribute(sel.probes, options)
	if err != nil {
		return attachError(err)
	}
	kind, began := f.byKind(sel.probes[0]), time.Now()
	return f.run(cmd, d, sel, func(at time.Time, last bool) error {
		r, err := readHist(d, kind)
		if err != nil {
			return err
		}
		if last {
			title := fmt.Sprintf("arg%d of %s", f.arg, probeNames(sel.probes))
			if err := f.picture.write(title, r.panels(int(f.by))); err != nil {
				return err
			}
		}
		if f.asJSON {
			return r.writeJSON(cmd.OutOrStdout(), sel.probes, int(f.arg), began, at)
		}
		if err := f.writeHeading(cmd.OutOrStdout(), at); err != nil {
			return err
		}
		return r.write(cmd.OutOrStdout(), int(f.by))
	})
}
