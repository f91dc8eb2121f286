package otlp

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// counter returns what a counter of the exporter about a signal has come to, as the receiver has
// it.
func (r *collector) counter(name, signal string) int {
	value := 0.0
	r.points(name, func(m pmetric.Metric, _ pcommon.Map) {
		for _, p := range m.Sum().DataPoints().All() {
			if text(p.Attributes(), "signal") == signal {
				value = max(value, p.DoubleValue())
			}
		}
	})
	return int(value)
}

// points calls f for each time that a metric has come.
func (r *collector) points(name string, f func(m pmetric.Metric, resource pcommon.Map)) {
	for _, md := range r.metrics.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Name() == name {
						f(m, rm.Resource().Attributes())
					}
				}
			}
		}
	}
}

// text returns an attribute as text.
func text(attributes pcommon.Map, key string) string {
	value, _ := attributes.Get(key)
	return value.AsString()
}
