package command

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// A histView says which histograms are shown, in which order, and with which figures.
type histView struct {
	rows      rowFlags
	quantiles quantileFlag
	unit      unitFlag
}

func (v *histView) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var(&v.quantiles, "quantiles",
		"show these percentiles: `LIST`, such as 50,90,99.9 (default 50,90,99)")
	v.rows.addFlags(cmd, "count, mean, p50 or another percentile, or max")
	v.unit.addFlags(cmd)
}

// histViewHelp is what help says of it.
const histViewHelp = `
With --interval, there is a row for each interval and, with --by, for each group: of the values that
came in it. On a terminal, rows are refreshed in place. The max of an interval is exact if no value
before was as large, otherwise it is known like a percentile. JSON has all values so far instead.

--quantiles names the percentiles to show. Those of integers below 32 are exact, others differ from
the true value, by nearest rank, by less than 1/32 of it. --sort and --top choose among the groups.
`

func (v *histView) check() error { return v.rows.check(v.columns(nil, nil)) }

// columns returns the columns of figures of histograms; all is that of all of them together.
func (v *histView) columns(list []*histogram.Histogram, all *histogram.Histogram) []rowColumn {
	columns := []rowColumn{
		histColumn("count", list, all, countText,
			func(h *histogram.Histogram) float64 { return float64(h.Total()) }),
		histColumn("mean", list, all, meanText, (*histogram.Histogram).Mean),
	}
	for _, p := range v.quantiles.percentiles() {
		columns = append(columns, histColumn("p"+percentileText(p), list, all,
			func(h *histogram.Histogram) string { return percentile(h, p) },
			func(h *histogram.Histogram) float64 { return h.Percentile(p) }))
	}
	return append(columns, histColumn("max", list, all, maxText,
		func(h *histogram.Histogram) float64 { return h.Max.Float() }))
}

// histColumn returns the column of a figure. The numbers to sort by are made once, when they are
// needed.
func histColumn(name string, list []*histogram.Histogram, all *histogram.Histogram,
	text func(*histogram.Histogram) string, number func(*histogram.Histogram) float64,
) rowColumn {
	numbers := sync.OnceValue(func() []float64 {
		made := make([]float64, len(list))
		for i, h := range list {
			made[i] = number(h)
		}
		return made
	})
	c := rowColumn{
		name: name, title: strings.ToUpper(name),
		text:    func(row int) string { return text(list[row]) },
		compare: func(a, b int) int { return cmp.Compare(numbers()[a], numbers()[b]) },
	}
	if all != nil {
		c.total = text(all)
	}
	return c
}

// figures describes the values of a histogram in one line.
func (v *histView) figures(h *histogram.Histogram) string {
	line := "count " + countText(h) + "  mean " + meanText(h)
	for _, p := range v.quantiles.percentiles() {
		line += "  p" + percentileText(p) + " " + percentile(h, p)
	}
	return line + "  max " + maxText(h)
}

// noFigure stands for a figure of no values.
const noFigure = "-"

func countText(h *histogram.Histogram) string { return strconv.FormatUint(h.Total(), 10) }

func meanText(h *histogram.Histogram) string {
	if h.Total() == 0 {
		return noFigure
	}
	return h.Unit.Format(h.Mean())
}

func maxText(h *histogram.Histogram) string {
	if h.Total() == 0 {
		return noFigure
	}
	return h.Unit.FormatInteger(h.Max)
}

// percentile writes a percentile, or the end of a linear scale beyond which it is.
func percentile(h *histogram.Histogram, p float64) string {
	if h.Total() == 0 {
		return noFigure
	}
	return h.FormatPercentile(p)
}

// order returns the indexes of histograms in the order in which they are shown: those with most
// values first, unless the user wants something else.
func (v *histView) order(
	list []*histogram.Histogram, compareKeys func(a, b int) int, isOthers func(row int) bool,
) []int {
	columns := v.columns(list, nil)
	return v.rows.order(indexes(len(list)), columns, "count", compareKeys, isOthers)
}

// jsonQuantiles returns the percentiles that the user has asked for, as JSON has them.
func (v *histView) jsonQuantiles(h *histogram.Histogram) map[string]*float64 {
	if len(v.quantiles) == 0 {
		return nil
	}
	list := make(map[string]*float64)
	for _, p := range v.quantiles {
		list[percentileText(p)] = nil
		if n := h.Percentile(p); !math.IsNaN(n) && !h.IsBelow(p) && !h.IsAbove(p) {
			list[percentileText(p)] = &n
		}
	}
	return list
}
