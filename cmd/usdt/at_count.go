package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// countAt carries out the command by the program itself.
func countAt(cmd *cobra.Command, f *aggregateFlags, patterns []string) error {
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	request := f.request()
	request.Patterns = patterns
	index := make(map[probeName]int)
	for i, p := range s.probes {
		index[probeName{p.Provider, p.Name}] = i
	}
	return runAt(cmd, f, s, func(ctx context.Context) (*remote.Readings[reading.Count], error) {
		return s.client.Count(ctx, request)
	}, func(first reading.Count) func(r reading.Count, last bool) error {
		report := f.countReporter(cmd, s.probes, beganAt(first.Time, first.Seconds))
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
