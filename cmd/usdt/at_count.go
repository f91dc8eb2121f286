package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countAt carries out the command by the program itself.
func (f *countFlags) countAt(cmd *cobra.Command, patterns []string) error {
	if err := f.by.checkAt(); err != nil {
		return err
	}
	if len(f.stats.columns) > 0 {
		return usagef("--%s: a program that is asked itself only counts; use -p, or usdt hist --at, "+
			"which also has mean and max", f.stats.columns[0].figure)
	}
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	by, err := f.by.grouping(f.strings, s.probes)
	if err != nil {
		return err
	}
	request := f.request()
	request.Patterns, request.By = patterns, f.by.String()
	if len(by) > 0 {
		return f.countGroupsAt(cmd, s, by, request)
	}
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Count], error) {
			return s.client.Count(ctx, request)
		}, func(first reading.Count) func(r reading.Count, last bool) error {
			began := beganAt(first.Time, first.Seconds)
			rows := newGroupRows(began, rowsOf(s.probes))
			report := f.countReporter(cmd, rows, new(addedUp))
			return func(r reading.Count, last bool) error {
				rows.clear()
				for _, p := range r.Probes {
					rows.add(countRow{probe: namedProbe(p)}, p.Total, nil)
				}
				return report(r.Missed, r.Time, last)
			}
		})
}

// countGroupsAt counts by the values of arguments.
func (f *countFlags) countGroupsAt(
	cmd *cobra.Command, s *remoteSelection, by grouping, request remote.TallyRequest,
) error {
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Count], error) {
			return s.client.Count(ctx, request)
		}, func(first reading.Count) func(r reading.Count, last bool) error {
			rows := newGroupRows(beganAt(first.Time, first.Seconds), nil)
			report := f.countReporter(cmd, rows, new(addedUp))
			return func(r reading.Count, last bool) error {
				rows.clear()
				for _, p := range r.Probes {
					key, err := by.read(p.By, p.Cut)
					if err != nil {
						return fmt.Errorf("%s: %w", s.client, err)
					}
					rows.add(newCountRow(namedProbe(p), by, key), p.Total, nil)
				}
				if r.Others != nil {
					rows.add(countRow{isOthers: true}, *r.Others, nil)
				}
				return report(r.Missed, r.Time, last)
			}
		})
}

func namedProbe(p reading.ProbeCount) uprobe.Probe {
	return uprobe.Probe{Provider: p.Provider, Name: p.Probe}
}
