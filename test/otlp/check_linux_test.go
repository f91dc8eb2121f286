//go:build amd64 || arm64

package otlp

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// orders returns how many orders of a customer the receiver knows of.
func (r *collector) orders(customer string) float64 {
	value := 0.0
	r.points("otlp_orders", func(m pmetric.Metric, resource pcommon.Map) {
		for _, p := range m.Sum().DataPoints().All() {
			if text(p.Attributes(), "customer") == customer {
				value = max(value, p.DoubleValue())
			}
		}
	})
	return value
}

func checkMetrics(t *testing.T, r *collector, pid, n int) {
	t.Helper()
	if got := r.orders("Ada"); got != float64(2*n) {
		t.Errorf("%v orders, not %d", got, 2*n)
	}
	r.points("otlp_orders", func(_ pmetric.Metric, resource pcommon.Map) {
		if got := text(resource, "process.pid"); got != fmt.Sprint(pid) {
			t.Errorf("orders of process %q, not %d: %v", got, pid, resource.AsRaw())
		}
	})
	var count uint64
	var sum float64
	r.points("otlp_size", func(m pmetric.Metric, _ pcommon.Map) {
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			if text(p.Attributes(), "customer") == "Ada" {
				count, sum = p.Count(), p.Sum()
			}
		}
	})
	if count != uint64(2*n) || sum != float64(103*n) {
		t.Errorf("%d sizes that add up to %v", count, sum)
	}
}

func checkEvents(t *testing.T, r *collector, pid, n int) {
	t.Helper()
	process := fmt.Sprintf("process.pid:%d", pid)
	found := recordsWith(r.logs.AllLogs(), process, "order of Ada Error")
	if want := map[string]int{"3": n, "100": n}; !maps.Equal(found, want) {
		t.Errorf("records by size: %v, not %v", found, want)
	}
	spans := 0
	for _, td := range r.traces.AllTraces() {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					if text(s.Attributes(), "customer") != "Ada" {
						continue
					}
					spans++
					if s.Name() != "job" || s.TraceID().String() != someTrace ||
						s.ParentSpanID().String() != someSpan ||
						s.EndTimestamp() <= s.StartTimestamp() ||
						text(rs.Resource().Attributes(), "process.pid") != fmt.Sprint(pid) {
						t.Errorf("%s of %v: trace %v, parent %v, from %v to %v", s.Name(),
							rs.Resource().Attributes().AsRaw(), s.TraceID(), s.ParentSpanID(),
							s.StartTimestamp(), s.EndTimestamp())
					}
				}
			}
		}
	}
	if spans != 1 {
		t.Errorf("%d spans of Ada", spans)
	}
}

// recordsWith returns how many records of a resource have a body and a severity, by their size.
func recordsWith(all []plog.Logs, resource, what string) map[string]int {
	found := make(map[string]int)
	for _, ld := range all {
		for _, rl := range ld.ResourceLogs().All() {
			if !strings.Contains(fmt.Sprint(rl.Resource().Attributes().AsRaw()), resource) {
				continue
			}
			for _, sl := range rl.ScopeLogs().All() {
				for _, r := range sl.LogRecords().All() {
					if r.Body().AsString()+" "+r.SeverityNumber().String() == what {
						found[text(r.Attributes(), "size")]++
					}
				}
			}
		}
	}
	return found
}
