package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// countAt carries out the command by the program itself.
func (f *countFlags) countAt(cmd *cobra.Command, patterns []string) error {
	if err := f.by.checkAt(); err != nil {
		return err
	}
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	by, err := f.by.grouping(f.strings, s.probes)
	if err != nil {
		return err
	}
	added, err := f.stats.addedUp(s.probes)
	if err != nil {
		return err
	}
	request := f.request()
	request.Patterns, request.By, request.Stats = patterns, f.by.String(), added.names()
	c := &countsAt{by: by, added: added, came: newGroupRows(time.Time{}, nil)}
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Count], error) {
			return s.client.Count(ctx, request)
		}, c.take, func(first reading.Count) func(r reading.Count, last bool) error {
			var known []countRow
			if len(by) == 0 {
				known = rowsOf(s.probes)
			}
			rows := newGroupRows(beganAt(first.Time, first.Seconds), known)
			report := f.countReporter(cmd, rows, added)
			return func(_ reading.Count, last bool) error {
				r, err := c.addTo(rows)
				if err != nil {
					return fmt.Errorf("%s: %w", s.client, err)
				}
				return report(r.Missed, r.Time, last)
			}
		})
}
