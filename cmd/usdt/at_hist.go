package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// histAt carries out the command by the program itself.
func (f *histFlags) histAt(cmd *cobra.Command, patterns []string) error {
	if err := f.check(); err != nil {
		return err
	}
	scale, err := f.scale()
	if err != nil {
		return err
	}
	s, err := f.prepareAt(cmd, patterns)
	if err != nil {
		return err
	}
	by, err := f.grouping(s.probes)
	if err != nil {
		return err
	}
	unit, err := f.unit(s.probes)
	if err != nil {
		return err
	}
	if err := f.picture.open(); err != nil {
		return err
	}
	defer f.picture.close()
	request := f.request()
	request.Patterns, request.Linear = patterns, f.linear
	request.Arg, request.By = f.arg.String(), f.by.String()
	return runAt(cmd, &f.aggregateFlags, s,
		func(ctx context.Context) (*remote.Readings[reading.Hist], error) {
			return s.client.Hist(ctx, request)
		}, func(first reading.Hist) func(r reading.Hist, last bool) error {
			report := f.reporter(cmd, s.probes, by, unit,
				beganAt(first.Time, first.Seconds))
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
func (by grouping) readHist(r reading.Hist, s histogram.Scale) (histReading, error) {
	read := histReading{unreadable: r.Unreadable, lost: r.Lost}
	for _, group := range r.Groups {
		h, err := group.Histogram(s)
		if err != nil {
			return read, err
		}
		g := uprobe.Group{Histogram: h}
		if err := by.setValue(&g, group.By); err != nil {
			return read, err
		}
		read.groups = append(read.groups, g)
	}
	return read, nil
}

// setValue sets the value of a group from what JSON has.
func (by grouping) setValue(g *uprobe.Group, value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		if v {
			g.By.Bits = 1
		}
		return nil
	case json.Number:
		if by.isFloat() {
			return by.setFloat(g, v.String())
		}
		return g.By.UnmarshalJSON([]byte(v))
	case string:
		if by.isFloat() {
			return by.setFloat(g, v)
		}
		if by.isBytes {
			data, err := base64.StdEncoding.DecodeString(v)
			g.Text = string(data)
			return err
		}
		if by.isText {
			g.Text = v
			return nil
		}
	}
	return fmt.Errorf("the program groups by %v, which is no value of %s", value, by.arg.label())
}

func (by grouping) isFloat() bool { return by.value != nil && by.value.kind == signature.Float }

func (by grouping) setFloat(g *uprobe.Group, text string) error {
	n, err := strconv.ParseFloat(text, 8*by.value.size)
	g.By = integer.Int{Bits: math.Float64bits(n)}
	if by.value.size == 4 {
		g.By.Bits = uint64(math.Float32bits(float32(n)))
	}
	return err
}
