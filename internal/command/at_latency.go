package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// noThreadAt is why threads and goroutines are no key.
const noThreadAt = "a program that is asked itself does not know its goroutines, and these have " +
	"no threads of their own; name an argument that both probes have"

// latencyAt carries out the command by the program itself.
func (f *latencyFlags) latencyAt(cmd *cobra.Command, pair pairing) error {
	if f.key.isThread() || f.key.isGoroutine() {
		return usagef("--key %s: %s", f.key.String(), noThreadAt)
	}
	if err := f.by.checkAt(); err != nil {
		return err
	}
	if f.slower != 0 {
		return usagef("--slower: a program that is asked itself keeps no arguments of starts; use -p " +
			"or --all, or usdt trace --at with both probes")
	}
	s, err := f.preparePairAt(cmd, pair)
	if err != nil {
		return err
	}
	start, end := s.probes[0], s.probes[1]
	err = f.key.choose(cmd.ErrOrStderr(), start, end, concurrency{byGoroutines: noGoroutines})
	if err != nil {
		return err
	}
	by, err := f.grouping(start, end)
	if err != nil {
		return err
	}
	unit, err := f.unit()
	if err != nil {
		return err
	}
	request := f.request()
	request.Start, request.End, request.Key = start.String(), end.String(), f.key.String()
	request.By = f.by.String()
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Latency], error) {
			return s.client.Latency(ctx, request)
		}, nil, func(first reading.Latency) func(r reading.Latency, last bool) error {
			report := f.reporter(cmd, start, end, by, unit,
				beganAt(first.Time, first.Seconds))
			return func(r reading.Latency, last bool) error {
				h, err := r.Histogram(histogram.Log2())
				if err != nil {
					return fmt.Errorf("%s: %w", s.client, err)
				}
				groups, err := by.readHist(reading.Hist{Groups: r.Groups}, histogram.Log2())
				if err != nil {
					return fmt.Errorf("%s: %w", s.client, err)
				}
				return report(uprobe.LatencyReading{
					Histogram: h, Groups: groups.groups, Open: r.Open, FellOut: r.FellOut, EndsAlone: r.EndsAlone,
					Hidden: r.Hidden, StartsAgain: r.StartsAgain, Unreadable: r.Unreadable,
					Lost: r.Lost, Room: reading.MaxOpen,
				}, r.Time, last)
			}
		})
}

// noGoroutines returns why goroutines tell no hits apart for a program that is asked itself.
func noGoroutines() error {
	return errors.New("a program that is asked itself does not know its goroutines")
}

// preparePairAt checks the flags and returns the two probes of a pair, first the start.
func (f *latencyFlags) preparePairAt(cmd *cobra.Command, p pairing) (*remoteSelection, error) {
	client, err := f.at.open(cmd)
	if err != nil {
		return nil, err
	}
	expr, err := f.where.parse()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.checkTallyAt(), f.checkDuration()); err != nil {
		return nil, err
	}
	list, err := client.Probes(cmd.Context())
	if err != nil {
		return nil, err
	}
	hint := func(text string, names []string) string { return hintAt(client, text, names) }
	place := fmt.Sprintf("the program at %s", client)
	pair, errs := p.find(toStrings(atNames(list)), place, hint)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	s, err := describeAt(cmd.Context(), client, pair)
	if err != nil {
		return nil, err
	}
	if len(s.probes) < 2 {
		return nil, fmt.Errorf("the program at %s has removed probes", client)
	}
	if s.probes[0].String() != pair[0] { // they are sorted by name
		slices.Reverse(s.probes)
	}
	return s, checkWhere(expr, s.probes[0])
}
