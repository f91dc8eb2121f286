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
	index := make(map[probeName]int)
	for i, p := range s.probes {
		index[probeName{p.Provider, p.Name}] = i
	}
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Count], error) {
			return s.client.Count(ctx, request)
		}, func(first reading.Count) func(r reading.Count, last bool) error {
			began := beganAt(first.Time, first.Seconds)
			report := f.countReporter(cmd, newCountReadings(rowsOf(s.probes), began))
			return func(r reading.Count, last bool) error {
				totals := make([]uint64, len(s.probes))
				for _, p := range r.Probes {
					if i, known := index[probeName{p.Provider, p.Probe}]; known {
						totals[i] += p.Total
					}
				}
				return report(totals, r.Missed, r.Time, last)
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
			rows := newGroupRows(beganAt(first.Time, first.Seconds))
			report := f.countReporter(cmd, rows.readings)
			return func(r reading.Count, last bool) error {
				rows.clear()
				for _, p := range r.Probes {
					key, err := by.read(p.By, p.Cut)
					if err != nil {
						return fmt.Errorf("%s: %w", s.client, err)
					}
					probe := uprobe.Probe{Provider: p.Provider, Name: p.Probe}
					rows.add(newCountRow(probe, by, key), p.Total)
				}
				if r.Others != nil {
					rows.add(countRow{isOthers: true}, *r.Others)
				}
				return report(rows.totals, r.Missed, r.Time, last)
			}
		})
}
