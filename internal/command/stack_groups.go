package command

import (
	"math"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// stacksOf returns what is written of stacks, nil if nobody wants it: of each, how many values
// there were, and their sum. The names are those of both; unit is that of the values.
func (f *aggregateFlags) stacksOf(groups []uprobe.Group, probe string, by grouping,
	began, ended time.Time, count, sum string, unit histogram.Unit,
) *stackReport {
	unitOfSum := "count"
	if unit.Name == histogram.Nanoseconds.Name {
		unitOfSum = "nanoseconds"
	}
	r := f.newStackReport(began, ended, count, "count", sum, unitOfSum)
	if r == nil {
		return nil
	}
	values := by.withoutStacks()
	for _, g := range groups {
		row := probe
		if name := values.name(g.Key[:min(len(values), len(g.Key))], 0); name != "" {
			row += " " + name
		}
		count := int64(g.Histogram.Total()) // #nosec G115 -- of hits
		r.add(row, by.stack(probe, g.Key), count, clamp(g.Histogram.Sum))
	}
	return r
}

// clamp returns the integer that is nearest to a sum.
func clamp(sum float64) int64 {
	switch {
	case sum >= math.MaxInt64:
		return math.MaxInt64
	case sum <= math.MinInt64:
		return math.MinInt64
	}
	return int64(math.Round(sum))
}

// shown returns the groups that are shown, and by what they are grouped: without --stack, those
// that differ in their stacks only are one.
func (f *aggregateFlags) shown(groups []uprobe.Group, by grouping) ([]uprobe.Group, grouping) {
	values := by.withoutStacks()
	if bool(f.stack) || len(values) == len(by) {
		return groups, by
	}
	var merged []uprobe.Group
	index := make(map[string]int) // in merged, by name
	for _, g := range groups {
		if g.Key != nil {
			g.Key = g.Key[:len(values)]
		}
		name := values.name(g.Key, 0)
		i, known := index[name]
		if !known {
			i = len(merged)
			index[name] = i
			h := &histogram.Histogram{Scale: g.Histogram.Scale}
			merged = append(merged, uprobe.Group{Key: g.Key, Histogram: h})
		}
		merged[i].Histogram.Merge(g.Histogram)
		merged[i].Unplaced += g.Unplaced
	}
	if len(values) == 0 {
		return merged, nil
	}
	return merged, values
}
