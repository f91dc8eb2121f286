package command

import (
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A metricFit is what a probe says of a metric.
type metricFit struct {
	known  bool
	labels exportLabels
	unit   histogram.Unit
}

// fits returns why a probe does not fit the metric. The first one that does makes the metric.
func (m *exportedMetric) fits(p uprobe.Probe, where filter.Expr) error {
	if err := checkWhere(where, p); err != nil {
		return err
	}
	fit := metricFit{known: true}
	var err error
	if fit.labels, err = newExportLabels(m.config.Labels, m.names, p, nil); err != nil {
		return err
	}
	if m.config.Value != "" {
		value, _ := parseArgument(m.config.Value) // the configuration has been checked
		fit.unit, err = unitOfArgument("value:", argument(value), []uprobe.Probe{p})
		if err != nil {
			return err
		}
	}
	return m.take(fit, p)
}

// take makes the metric of what its first probe says, or compares that with what a later one says.
func (m *exportedMetric) take(fit metricFit, p uprobe.Probe) error {
	switch {
	case !m.fit.known:
		m.fit = fit
	case !m.fit.labels.isSame(fit.labels):
		return errOther(p, "arguments of other types")
	case m.config.Unit == "" && m.fit.unit.Name != fit.unit.Name:
		return errOther(p, "values in another unit")
	}
	if m.metric == nil {
		m.metric = collect.New(m.spec(unitOfMetric(&m.config, &fit.unit)), time.Now())
	}
	if s := p.Sites[0].Signature; s != nil && m.config.Help == "" {
		m.metric.Describe(printable.Escape(s.Description))
	}
	return nil
}

// A metricUnit is a unit of OpenMetrics, and what makes it of values of a probe.
type metricUnit struct {
	name    string
	divisor float64
}

// Units of OpenMetrics.
const (
	inSeconds = "seconds"
	inBytes   = "bytes"
)

var metricUnits = map[string]metricUnit{
	"ns": {inSeconds, 1e9}, "us": {inSeconds, 1e6}, "ms": {inSeconds, 1e3}, "s": {inSeconds, 1},
	"B": {inBytes, 1}, "KiB": {inBytes, 1.0 / (1 << 10)}, "MiB": {inBytes, 1.0 / (1 << 20)},
	"GiB": {inBytes, 1.0 / (1 << 30)}, "TiB": {inBytes, 1.0 / (1 << 40)},
	"": {"", 1},
}

// unitOfMetric returns the unit of a metric; of is that of the probe's values, if it is known.
func unitOfMetric(c *config.Metric, of *histogram.Unit) metricUnit {
	switch {
	case c.Unit != "":
		return metricUnits[c.Unit]
	case !c.Pair.IsZero():
		return metricUnits[histogram.Nanoseconds.Name]
	case of != nil && c.Type != config.Counter:
		return metricUnits[of.Name]
	}
	return metricUnits[""]
}

// Default bounds.
var (
	secondsBounds = []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100}
	bytesBounds   = []float64{16, 256, 1 << 12, 1 << 16, 1 << 20, 1 << 24, 1 << 28, 1 << 32}
	numberBounds  = []float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}
)

// spec returns what the metric is.
func (m *exportedMetric) spec(unit metricUnit) collect.Spec {
	s := collect.Spec{
		Name: nameWithUnit(&m.config, unit.name), Help: m.config.Help, Unit: unit.name,
		Labels: labelNames(m.config.Labels), MaxSeries: m.config.MaxSeries, Divisor: unit.divisor,
		Buckets: collect.Buckets(m.config.Buckets), IsSum: m.config.Type == config.Sum,
		Full: m.full, Resource: m.names.share(map[string]any{}),
	}
	switch m.config.Type {
	case config.Gauge:
		s.Kind = front.Gauge
	case config.Histogram:
		s.Kind = front.Histogram
	}
	if s.Kind == front.Histogram && !s.Buckets.Native && s.Buckets.Bounds == nil {
		s.Buckets = collect.Buckets{Native: true, Bounds: numberBounds}
		switch unit.name {
		case inSeconds:
			s.Buckets.Bounds = secondsBounds
		case inBytes:
			s.Buckets.Bounds = bytesBounds
		}
	}
	return s
}

// nameWithUnit returns the name of a metric with its unit at the end, in place of the one that the
// name of a value has.
func nameWithUnit(c *config.Metric, unit string) string {
	name := c.BaseName()
	if unit == "" || name == unit || strings.HasSuffix(name, "_"+unit) {
		return name
	}
	if word := lastWord(name); c.Name == "" && unitWords[word] != "" && word != name {
		name = strings.TrimSuffix(name[:len(name)-len(word)], "_")
	}
	return name + "_" + unit
}
