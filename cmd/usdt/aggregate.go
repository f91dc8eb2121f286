//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// aggregateFlags are what the commands have in common that report what the kernel has counted.
type aggregateFlags struct {
	sessionFlags
	interval time.Duration // 0: one report at the end
	asJSON   bool
}

func (f *aggregateFlags) addFlags(cmd *cobra.Command, interval time.Duration) {
	f.sessionFlags.addFlags(cmd)
	cmd.Flags().DurationVarP(&f.interval, "interval", "i", interval, "report every `TIME`, such as 1s, too, not only at the end")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "write JSON, a line for each report")
}

// options checks the flags.
func (f *aggregateFlags) options() (uprobe.Options, error) {
	if f.interval < 0 {
		return uprobe.Options{}, usagef("--interval %v is negative", f.interval)
	}
	return f.sessionFlags.options()
}

// An aggregate is what the kernel counts in.
type aggregate interface {
	Detach() error
	Close() error
}

// run reports what is in the aggregate of the probes every interval and, when the session is over, for the last
// time what came of it until the time at. It closes the aggregate.
func (f *aggregateFlags) run(cmd *cobra.Command, a aggregate, probes []uprobe.Probe, report func(at time.Time, last bool) error) error {
	s := f.start(cmd.Context())
	defer s.close()
	detach := detachAtEnd(s, a)
	f.announce(cmd.ErrOrStderr(), probes)
	err := every(s, f.interval, func() error { return report(time.Now(), false) })
	s.explain(func(format string, args ...any) {
		fmt.Fprintf(cmd.ErrOrStderr(), "usdt: "+format+"\n", args...)
	})
	end, failed := detach()
	if err = errors.Join(err, failed); err == nil {
		err = report(end, true)
	}
	return errors.Join(err, a.Close())
}

// every calls f each interval until ctx is done or f fails. An interval of 0 never passes.
func every(ctx context.Context, interval time.Duration, f func() error) error {
	var passed <-chan time.Time
	if interval > 0 {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		passed = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-passed:
		}
		if ctx.Err() != nil {
			return nil // both at once: what is left is for the last report
		}
		if err := f(); err != nil {
			return err
		}
	}
}

// writeHeading separates a report for people from what is above it: the one before, or the ^C of the user.
func (f *aggregateFlags) writeHeading(w io.Writer, at time.Time) error {
	heading := ""
	if f.interval > 0 {
		heading = "\n" + at.Format(time.TimeOnly) + "\n"
	} else if terminalWidth(w) != 0 {
		heading = "\n"
	}
	_, err := io.WriteString(w, heading)
	return err
}
