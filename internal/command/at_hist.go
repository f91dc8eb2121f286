package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// histAt carries out the command by the program itself.
func (f *histFlags) histAt(cmd *cobra.Command, patterns []string) error {
	if err := errors.Join(f.check(), f.by.checkAt()); err != nil {
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
	unit, err := f.unit(s.probes)
	if err != nil {
		return err
	}
	scale, err := f.scale(unit)
	if err != nil {
		return err
	}
	request := f.request()
	request.Patterns = patterns
	if scale.Linear {
		request.Linear = fmt.Sprintf("%d,%d,%d", scale.Lo, scale.Hi, scale.Step)
	}
	request.Arg, request.By = f.arg.String(), f.by.String()
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Hist], error) {
			return s.client.Hist(ctx, request)
		}, nil, func(first reading.Hist) func(r reading.Hist, last bool) error {
			probes := func() []uprobe.Probe { return s.probes }
			report := f.reporter(cmd, probes, by, unit, beganAt(first.Time, first.Seconds))
			return func(r reading.Hist, last bool) error {
				read, err := by.readHist(r, scale)
				if err != nil {
					return fmt.Errorf("%s: %w", s.client, err)
				}
				return report(read, r.Time, last)
			}
		})
}

// readHist reads what a program has counted.
func (g grouping) readHist(r reading.Hist, s histogram.Scale) (histReading, error) {
	read := histReading{unreadable: r.Unreadable, lost: r.Lost}
	for _, group := range r.Groups {
		h, err := group.Histogram(s)
		if err != nil {
			return read, err
		}
		key, err := g.read(group.By, group.Cut)
		if err != nil {
			return read, err
		}
		read.groups = append(read.groups, uprobe.Group{Key: key, Histogram: h, Unplaced: group.Unplaced})
	}
	return read, nil
}
