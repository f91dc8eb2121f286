package command

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

// byStacks adds stacks to by what hits are grouped if they are wanted. The caller calls close.
func (f *aggregateFlags) byStacks(
	sel *selection, by grouping,
) (_ grouping, close func(), err error) {
	if !f.wantsStacks() {
		return by, func() {}, nil
	}
	stacks, err := sel.newLocator()
	if err != nil {
		return nil, nil, err
	}
	return append(by, byStack(stacks)), stacks.Close, nil
}

// run reports what the kernel has counted every interval, and once more at the end: what was
// counted until the time at. It closes the tracing.
func (f *aggregateFlags) run(cmd *cobra.Command, t tracing, sel *selection,
	report func(at time.Time, last bool) error,
) error {
	return f.runBeside(cmd, t, sel, nothing{}, report)
}

// A companion does something beside the reports.
type companion interface {
	begin(l *lifetime)
	finish(end time.Time) error // before the last report; tracing ended at that time
}

// nothing is no companion.
type nothing struct{}

func (nothing) begin(*lifetime)        {}
func (nothing) finish(time.Time) error { return nil }

// runBeside is run with a companion.
func (f *aggregateFlags) runBeside(cmd *cobra.Command, t tracing, sel *selection, c companion,
	report func(at time.Time, last bool) error,
) error {
	l, err := f.start(cmd, sel)
	if err != nil {
		return errors.Join(err, t.Close())
	}
	defer l.close()
	c.begin(l)
	d := detachAtEnd(l, t, sel.scope, cmd.ErrOrStderr())
	err = every(l, f.interval, func() error { return report(time.Now(), false) })
	l.explain(cmd.ErrOrStderr())
	end, _, failed := d.wait()
	if err = errors.Join(err, failed, c.finish(end)); err == nil {
		err = report(end, true)
	}
	return errors.Join(err, d.close())
}
