package otlp

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/go-usdt/usdt/internal/export/front"
)

var began = moment.Add(-time.Hour)

// both is a histogram in both forms: 1 hit of 0, 2 in (0.5, 1], 3 in (2, 4], 1 in [-1, -0.5).
var both = &front.HistogramValue{Count: 7, Sum: 11.5,
	Bounds: []float64{0.25, 1}, Counts: []uint64{2, 2, 3},
	Native: &front.Native{Scale: 0, Zero: 1, Bound: 1e-9,
		Positive: map[int32]uint64{0: 2, 2: 3}, Negative: map[int32]uint64{0: 1}}}

var families = []front.Family{
	{Name: "shop_orders", Help: "Orders.", Kind: front.Counter, Labels: []string{"customer", "pod"},
		Points: []front.Point{
			{Labels: []string{"Ada", "a\xff"}, Resource: shop, Start: began, Value: 1<<53 - 1,
				Exemplar: &front.Exemplar{TraceID: someTrace, SpanID: someSpan, Value: 1, Time: moment}},
			{Labels: []string{"Bob", ""}, Resource: till, Start: moment, Value: 2,
				Exemplar: &front.Exemplar{Value: 1, Time: moment}},
		}},
	{Name: "shop_queue_bytes", Unit: "bytes", Kind: front.Gauge,
		Points: []front.Point{{Resource: shop, Value: -0.5}}},
	{Name: "shop_took_seconds", Unit: "seconds", Kind: front.Histogram,
		Points: []front.Point{{Resource: shop, Start: began, HistogramValue: both},
			{Resource: till, Start: began}}}, // has no value yet
	{Name: "node_orders", Kind: front.Counter, Points: []front.Point{{Start: began, Value: 5}}},
}

const (
	ofShop = "map[container.id:c0ffee deployment.environment.name:test,1 process.pid:4711 " +
		"service.name:shop] "
	ofTill = "map[deployment.environment.name:test,1 process.pid:4712 service.name:agent] "
	ofNode = "the exporter's own "
	since  = "11:00:00.123456789 "
)

var numbers = map[string]string{
	ofShop + "shop_orders map[customer:Ada pod:a\uFFFD]": "Orders. Sum true Cumulative " + since +
		"9.007199254740991e+15 [" + someTrace + " " + someSpan + " 12:00:00.123456789 1]",
	ofTill + "shop_orders map[customer:Bob pod:]": "Orders. Sum true Cumulative " +
		"12:00:00.123456789 2 []",
	ofShop + "shop_queue_bytes map[]":                      " By Gauge 00:00:00.000000000 -0.5 []",
	ofNode + "node_orders map[]":                           " Sum true Cumulative " + since + "5 []",
	ofNode + "usdt_export_otlp_failed map[signal:logs]":    "Sum 0",
	ofNode + "usdt_export_otlp_failed map[signal:metrics]": "Sum 0",
	ofNode + "usdt_export_otlp_failed map[signal:traces]":  "Sum 0",
	ofNode + "usdt_export_otlp_lost map[signal:logs]":      "Sum 0",
	ofNode + "usdt_export_otlp_lost map[signal:metrics]":   "Sum 0",
	ofNode + "usdt_export_otlp_lost map[signal:traces]":    "Sum 0",
	ofNode + "usdt_export_otlp_sent map[signal:logs]":      "Sum 0",
	ofNode + "usdt_export_otlp_sent map[signal:metrics]":   "Sum 0",
	ofNode + "usdt_export_otlp_sent map[signal:traces]":    "Sum 0",
}

func TestMetrics(t *testing.T) {
	histograms := map[string]string{
		"": "Histogram Cumulative " + since + "7 11.5 [0.25 1] [2 2 3] []",
		"base2_exponential_bucket_histogram": "ExponentialHistogram Cumulative " + since +
			"7 11.5 0 1 1e-09 -1 [2 0 3] -1 [1] []",
	}
	for form, histogram := range histograms {
		t.Run(form, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", form)
			each(t, func(t *testing.T, r *collector) {
				r.start(t)
				begin := time.Now()
				s := open(t, everything, families...)
				s.close(t)
				want := maps.Clone(numbers)
				want[ofShop+"shop_took_seconds map[]"] = " s " + histogram
				if diff := cmp.Diff(want, pointsOf(t, r.metrics.AllMetrics(), begin)); diff != "" {
					t.Error(diff)
				}
				if sent, failed, lost := s.counts(t, "metrics"); sent != 14 || failed+lost != 0 {
					t.Errorf("%d sent, %d failed, %d lost", sent, failed, lost)
				}
			})
		})
	}
}

// pointsOf returns all that each point has, by resource, metric and labels. Of the metrics that the
// exporter has about itself, it is only the value.
func pointsOf(t *testing.T, all []pmetric.Metrics, begin time.Time) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, md := range all {
		for _, rm := range md.ResourceMetrics().All() {
			resource := fmt.Sprint(rm.Resource().Attributes().AsRaw(), " ")
			if isOwn(t, rm.Resource().Attributes()) {
				resource = ofNode
			}
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					add := func(labels pcommon.Map, at pcommon.Timestamp, value string) {
						key := resource + m.Name() + " " + fmt.Sprint(labels.AsRaw())
						if _, twice := found[key]; twice {
							t.Errorf("%s is there twice", key)
						}
						if at.AsTime().Before(begin) || at.AsTime().After(time.Now()) {
							t.Errorf("%s is of %v", key, at)
						}
						found[key] = value
					}
					pointsOfMetric(m, add)
				}
			}
		}
	}
	return found
}

func pointsOfMetric(m pmetric.Metric, add func(pcommon.Map, pcommon.Timestamp, string)) {
	head := m.Description() + " "
	if m.Unit() != "" {
		head += m.Unit() + " "
	}
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			if _, own := p.Attributes().Get("signal"); own {
				add(p.Attributes(), p.Timestamp(), fmt.Sprint("Sum ", p.DoubleValue()))
				continue
			}
			add(p.Attributes(), p.Timestamp(), fmt.Sprint(head, "Sum ", m.Sum().IsMonotonic(), " ",
				m.Sum().AggregationTemporality(), " ", clock(p.StartTimestamp()), " ",
				p.DoubleValue(), " ", exemplarsOf(p.Exemplars())))
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			add(p.Attributes(), p.Timestamp(), fmt.Sprint(head, "Gauge ", clock(p.StartTimestamp()),
				" ", p.DoubleValue(), " ", exemplarsOf(p.Exemplars())))
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			add(p.Attributes(), p.Timestamp(), fmt.Sprint(head, "Histogram ",
				m.Histogram().AggregationTemporality(), " ", clock(p.StartTimestamp()), " ",
				p.Count(), " ", p.Sum(), " ", p.ExplicitBounds().AsRaw(), " ",
				p.BucketCounts().AsRaw(), " ", exemplarsOf(p.Exemplars())))
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			add(p.Attributes(), p.Timestamp(), fmt.Sprint(head, "ExponentialHistogram ",
				m.ExponentialHistogram().AggregationTemporality(), " ", clock(p.StartTimestamp()),
				" ", p.Count(), " ", p.Sum(), " ", p.Scale(), " ", p.ZeroCount(), " ",
				p.ZeroThreshold(), " ", p.Positive().Offset(), " ",
				p.Positive().BucketCounts().AsRaw(), " ", p.Negative().Offset(), " ",
				p.Negative().BucketCounts().AsRaw(), " ", exemplarsOf(p.Exemplars())))
		}
	}
}

func exemplarsOf(all pmetric.ExemplarSlice) []string {
	found := []string{}
	for _, e := range all.All() {
		found = append(found, fmt.Sprint(e.TraceID(), " ", e.SpanID(), " ", clock(e.Timestamp()),
			" ", e.DoubleValue()))
	}
	return found
}

// TestManyPoints sends more than a receiver takes in one request.
func TestManyPoints(t *testing.T) {
	const series, width = 40_000, 100
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			t.Setenv("OTEL_METRIC_EXPORT_TIMEOUT", "600000")
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600000")
			r.start(t)
			f := front.Family{Name: "shop_orders", Labels: []string{"customer"}}
			for i := range series {
				label := fmt.Sprintf("%0*d", width, i)
				f.Points = append(f.Points, front.Point{Resource: shop, Labels: []string{label}})
			}
			s := open(t, front.OTLP{Metrics: true}, f)
			s.close(t)
			if sent, failed, _ := s.counts(t, "metrics"); sent != series+3 || failed != 0 {
				t.Errorf("%d points sent, %d failed", sent, failed)
			}
			if got := r.metrics.DataPointCount(); got != series+3 {
				t.Errorf("%d points received", got)
			}
			if n := len(r.metrics.AllMetrics()); n < 5 {
				t.Errorf("they have come in %d requests", n)
			}
		})
	}
}
