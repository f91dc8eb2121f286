package main

import (
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// options checks the flags.
func (f *aggregateFlags) options(stderr io.Writer) (uprobe.Options, error) {
	if err := f.checkInterval(); err != nil {
		return uprobe.Options{}, err
	}
	return f.commonFlags.options(stderr)
}

// run reports what the kernel has counted every interval, and once more at the end: what was
// counted until the time at. It closes the tracing.
func (f *aggregateFlags) run(cmd *cobra.Command, t tracing, sel *selection,
	report func(at time.Time, last bool) error,
) error {
	l := f.start(cmd, sel)
	defer l.close()
	d := detachAtEnd(l, t, sel.scope, cmd.ErrOrStderr())
	err := every(l, f.interval, func() error { return report(time.Now(), false) })
	l.explain(cmd.ErrOrStderr())
	end, _, failed := d.wait()
	if err = errors.Join(err, failed); err == nil {
		err = report(end, true)
	}
	return errors.Join(err, d.close())
}
