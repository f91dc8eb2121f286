package command

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// options checks the flags.
func (f *histFlags) options(stderr io.Writer) (o uprobe.DistributionOptions, err error) {
	if o.Options, err = f.aggregateFlags.options(stderr); err != nil {
		return o, err
	}
	if err := f.check(); err != nil {
		return o, err
	}
	o.Arg = uprobe.Argument(f.arg)
	return o, nil
}

// histKernel carries out the command by the kernel.
func (f *histFlags) histKernel(cmd *cobra.Command, patterns []string) error {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	sel, err := followingAll(f.scope, f.types, patterns, options.Filter)
	if err != nil {
		return err
	}
	by, err := f.by.grouping(f.strings, sel.probes)
	if err != nil {
		return err
	}
	unit, err := f.unit(sel.probes)
	if err != nil {
		return err
	}
	if options.Scale, err = f.scale(unit); err != nil {
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
	options.By = by.engine()
	defer f.catchSignals(cmd)()
	sel.follower.attaching(cmd, &options.Options)
	d, err := uprobe.Distribute(sel.probes, options)
	if err != nil {
		return attachError(err)
	}
	sel.follower.tracing = sel.extending(options.Filter, d.Attach, d.Release)
	began := time.Now()
	report := f.reporter(cmd, sel.all, by, unit, began)
	return f.run(cmd, d, sel, func(at time.Time, last bool) error {
		r, err := readHist(d)
		if err != nil {
			return err
		}
		return report(r, at, last)
	})
}

// readHist reads a distribution.
func readHist(d *uprobe.Distribution) (r histReading, err error) {
	if r.groups, err = d.Read(); err != nil {
		return r, err
	}
	if r.unreadable, err = d.Unreadable(); err != nil {
		return r, err
	}
	r.lost = d.Lost() + unplaced(r.groups)
	return r, nil
}
