package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countAt carries out the command by the program itself.
func (f *countFlags) countAt(cmd *cobra.Command, patterns []string) error {
	if len(f.by) > 1 || len(f.by) == 1 && slices.Contains(ofHit, uprobe.Argument(f.by[0])) {
		return usagef("--by %s: a program that is asked itself counts by one argument; use -p for "+
			"more", f.by.String())
	}
	if len(f.stats.columns) > 0 {
		return usagef("--%s: a program that is asked itself only counts; use -p, or usdt hist --at, "+
			"which also has mean and max", f.stats.columns[0].figure)
	}
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	keys, err := f.keys(s.probes)
	if err != nil {
		return err
	}
	request := f.request()
	request.Patterns, request.By = patterns, f.by.String()
	if len(keys) > 0 {
		return f.countGroupsAt(cmd, s, keys, request)
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

// countGroupsAt counts by the values of an argument.
func (f *countFlags) countGroupsAt(
	cmd *cobra.Command, s *remoteSelection, keys []countKey, request remote.TallyRequest,
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
					var g uprobe.Group
					if err := keys[0].setValue(&g, p.By); err != nil {
						return fmt.Errorf("%s: %w", s.client, err)
					}
					value := []uprobe.KeyValue{{Int: g.By, Text: g.Text}}
					rows.add(newCountRow(namedProbe(p), keys, value), p.Total, nil)
				}
				return report(r.Missed, r.Time, last)
			}
		})
}

func namedProbe(p reading.ProbeCount) uprobe.Probe {
	return uprobe.Probe{Provider: p.Provider, Name: p.Probe}
}
