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
		Long: `Count in the kernel how often an argument (the first is 0) had which value, and draw a
histogram at the end: on Ctrl-C, after --duration, or when the process ends. With --interval,
it is also drawn in between.

The rows are powers of two, or with --linear LO,HI,STEP ranges of STEP values from LO up to HI.
The figures below the rows come from a finer scale: without --linear, percentiles are within
1/32 of the true value. In any case max is exact, and mean is exact up to rounding.

With --by M, there is a histogram for each value of argument M. With --str M as well, argument M
is the address of text, of which only the first ` + strconv.Itoa(uprobe.MaxByText) + ` bytes count.
` + waitForPagesHelp + rights.Help,
		Example: `  sudo usdt hist -p 1234 shop:order_end --arg 1
  sudo usdt hist -p 1234 http:request --arg 2 --by 0 --str 0 --duration 10s
  sudo usdt hist -p 1234 shop:order_end --arg 1 --linear 0,1000,50 --svg orders.svg`,
		Args:              cobra.MinimumNArgs(1),
		RunE:              f.hist,
		ValidArgsFunction: completeProbes,
	}
	f.addFlags(cmd, 0)
	flags := cmd.Flags()
	flags.Var(&f.arg, "arg", "count the values of argument `N`, from 0")
	flags.Var(&f.by, "by", "draw a histogram for each value of argument `M`, from 0")
	flags.Var(&f.text, "str",
		"argument `M`, which is that of --by, points to text that ends with a NUL")
	flags.StringVar(&f.linear, "linear", "", "make rows of equal width: `LO,HI,STEP`")
	f.picture.addFlags(cmd)
	return cmd
}

// scale returns the scale of the values.
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
		return o, usagef("which argument? use --arg N; the first is --arg 0")
	case f.text != noArgument && f.text != f.by:
		return o, usagef("--str %d: name the argument of --by", f.text)
	}
	o.Arg, o.By, o.ByText = int(f.arg), int(f.by), f.text != noArgument
	o.Scale, err = f.scale()
	return o, err
}

// grouping returns the argument to group by.
func (f *histFlags) grouping() grouping { return grouping{f.by, f.text != noArgument} }

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
	attached := attaching(cmd, &options.Options)
	d, err := uprobe.Distribute(sel.probes, options)
	attached()
	if err != nil {
		return attachError(err)
	}
	by, began := f.grouping(), time.Now()
	return f.run(cmd, d, sel, func(at time.Time, last bool) error {
		r, err := readHist(d)
		if err != nil {
			return err
		}
		if last {
			title := fmt.Sprintf("arg%d of %s", f.arg, probeNames(sel.probes))
			if err := f.picture.write(title, r.panels(by)); err != nil {
				return err
			}
		}
		if f.asJSON {
			return r.writeJSON(cmd.OutOrStdout(), sel.probes, f.arg, by, began, at)
		}
		if err := f.writeHeading(cmd.OutOrStdout(), at); err != nil {
			return err
		}
		return r.write(cmd.OutOrStdout(), by)
	})
}
