package prom

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/go-usdt/usdt/internal/export/front"
)

var started = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// shopFamilies has one family of each kind, and histograms in all forms.
func shopFamilies() []front.Family {
	hit := &front.Exemplar{TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "00f067aa0ba902b7",
		Value: 0.3, Time: started.Add(time.Second)}
	classic := front.HistogramValue{Count: 6, Sum: 7.5,
		Bounds: []float64{0.25, 1}, Counts: []uint64{1, 2, 3}}
	native := front.HistogramValue{Count: 6, Sum: -7.5,
		Native: &front.Native{Scale: 3, Zero: 1, Bound: 1e-9,
			Positive: map[int32]uint64{-5: 2, -4: 1, 7: 1}, Negative: map[int32]uint64{0: 1}}}
	both := classic
	both.Native = &front.Native{Scale: 0, Positive: map[int32]uint64{2: 6}}
	return []front.Family{
		{Name: "shop_orders", Help: "An order has\ncome.", Kind: front.Counter,
			Labels: []string{"tier", "customer"}, Points: []front.Point{
				{Labels: []string{"gold", `A"d\a`}, Start: started, Value: 3, Exemplar: hit},
				{Labels: []string{"", "Bob"}, Start: started, Value: math.MaxUint32},
			}},
		{Name: "shop_sent_bytes", Help: "Sent.", Unit: "bytes", Kind: front.Counter,
			Points: []front.Point{{Value: 1 << 53}}},
		{Name: "shop_queue", Help: "Orders that wait.", Unit: "orders", Kind: front.Gauge,
			Points: []front.Point{{Value: -2.5}}},
		histogramFamily("shop_took_seconds", &classic, hit),
		histogramFamily("shop_wait_seconds", &native, hit),
		histogramFamily("shop_both_seconds", &both, hit),
		histogramFamily("shop_empty_seconds", &front.HistogramValue{Native: &front.Native{}}, nil),
	}
}

func histogramFamily(name string, v *front.HistogramValue, e *front.Exemplar) front.Family {
	return front.Family{Name: name, Help: "How long.", Unit: "seconds", Kind: front.Histogram,
		Points: []front.Point{{Start: started, HistogramValue: v, Exemplar: e}}}
}

const (
	openMetrics = "Accept: application/openmetrics-text; version=1.0.0"
	protobuf    = "Accept: application/vnd.google.protobuf; " +
		"proto=io.prometheus.client.MetricFamily; encoding=delimited"
)

// TestOpenMetrics compares the text with what it should be.
func TestOpenMetrics(t *testing.T) {
	s := serveFamilies(t, shopFamilies()...)
	_, body, header := s.get(t, "/metrics", openMetrics)
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, "application/openmetrics-text;") {
		t.Errorf("the content type is %q", got)
	}
	if !strings.HasSuffix(body, "\n# EOF\n") {
		t.Error("the text does not end with # EOF")
	}
	const trace = `{trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"}` +
		` 0.3 1.795953601e+09`
	want := `# HELP shop_both_seconds How long.
# TYPE shop_both_seconds histogram
# UNIT shop_both_seconds seconds
shop_both_seconds_bucket{le="0.25"} 1
shop_both_seconds_bucket{le="1.0"} 3 # ` + trace + `
shop_both_seconds_bucket{le="+Inf"} 6
shop_both_seconds_sum 7.5
shop_both_seconds_count 6
# HELP shop_empty_seconds How long.
# TYPE shop_empty_seconds histogram
# UNIT shop_empty_seconds seconds
shop_empty_seconds_bucket{le="+Inf"} 0
shop_empty_seconds_sum 0.0
shop_empty_seconds_count 0
# HELP shop_orders An order has\ncome.
# TYPE shop_orders counter
shop_orders_total{customer="A\"d\\a",tier="gold"} 3.0 # ` + trace + `
shop_orders_total{customer="Bob",tier=""} 4.294967295e+09
# HELP shop_queue Orders that wait.
# TYPE shop_queue gauge
shop_queue -2.5
# HELP shop_sent_bytes Sent.
# TYPE shop_sent_bytes counter
# UNIT shop_sent_bytes bytes
shop_sent_bytes_total 9.007199254740992e+15
# HELP shop_took_seconds How long.
# TYPE shop_took_seconds histogram
# UNIT shop_took_seconds seconds
shop_took_seconds_bucket{le="0.25"} 1
shop_took_seconds_bucket{le="1.0"} 3 # ` + trace + `
shop_took_seconds_bucket{le="+Inf"} 6
shop_took_seconds_sum 7.5
shop_took_seconds_count 6
# HELP shop_wait_seconds How long.
# TYPE shop_wait_seconds histogram
# UNIT shop_wait_seconds seconds
shop_wait_seconds_bucket{le="+Inf"} 6
shop_wait_seconds_sum -7.5
shop_wait_seconds_count 6
`
	if diff := cmp.Diff(want, aboutShop(body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// aboutShop returns the lines about the families of the test.
func aboutShop(body string) string {
	var lines strings.Builder
	for line := range strings.Lines(body) {
		if strings.HasPrefix(strings.TrimLeft(line, "# HELPTYUNI"), "shop_") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

// decode returns the families that an answer in protobuf has.
func decode(t *testing.T, s served) map[string]*dto.MetricFamily {
	t.Helper()
	_, body, header := s.get(t, "/metrics", protobuf)
	decoder := expfmt.NewDecoder(strings.NewReader(body), expfmt.ResponseFormat(header))
	families := make(map[string]*dto.MetricFamily)
	for {
		var f dto.MetricFamily
		if err := decoder.Decode(&f); errors.Is(err, io.EOF) {
			return families
		} else if err != nil {
			t.Fatal(err)
		}
		families[f.GetName()] = &f
	}
}

// TestProtobuf looks at what only protobuf has: times of creation, and native buckets.
func TestProtobuf(t *testing.T) {
	families := decode(t, serveFamilies(t, shopFamilies()...))
	orders := families["shop_orders_total"].GetMetric()
	if got := orders[0].GetCounter().GetCreatedTimestamp().AsTime(); !got.Equal(started) {
		t.Errorf("the counter counts since %v, want %v", got, started)
	}
	if got := families["shop_sent_bytes_total"].GetUnit(); got != "bytes" {
		t.Errorf("the unit of bytes is %q", got)
	}
	h := families["shop_wait_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 6 || h.GetSampleSum() != -7.5 || h.GetSchema() != 3 ||
		h.GetZeroCount() != 1 || h.GetZeroThreshold() != 1e-9 || len(h.GetBucket()) != 0 {
		t.Errorf("the native histogram is %v", h)
	}
	if got := h.GetCreatedTimestamp().AsTime(); !got.Equal(started) {
		t.Errorf("the histogram counts since %v, want %v", got, started)
	}
	if got := h.GetExemplars(); len(got) != 1 || got[0].GetValue() != 0.3 {
		t.Errorf("the exemplars are %v", got)
	}
	positive := indexes(h.GetPositiveSpan(), h.GetPositiveDelta())
	if diff := cmp.Diff(map[int32]int64{-5: 2, -4: 1, 7: 1}, positive); diff != "" {
		t.Errorf("positive buckets (-want +got):\n%s", diff)
	}
	negative := indexes(h.GetNegativeSpan(), h.GetNegativeDelta())
	if diff := cmp.Diff(map[int32]int64{0: 1}, negative); diff != "" {
		t.Errorf("negative buckets (-want +got):\n%s", diff)
	}
	both := families["shop_both_seconds"].GetMetric()[0].GetHistogram()
	if len(both.GetBucket()) != 3 || len(both.GetPositiveSpan()) != 1 {
		t.Errorf("the histogram in both forms is %v", both)
	}
	empty := families["shop_empty_seconds"].GetMetric()[0].GetHistogram()
	if !(empty.GetZeroThreshold() > 0) {
		t.Errorf("nothing says that the empty histogram is native: %v", empty)
	}
}

// indexes returns the counts of buckets by their index, as Prometheus reads them.
func indexes(spans []*dto.BucketSpan, deltas []int64) map[int32]int64 {
	counts := make(map[int32]int64)
	var index int32
	var count int64
	for _, s := range spans {
		index += s.GetOffset()
		for range s.GetLength() {
			count, deltas = count+deltas[0], deltas[1:]
			counts[index] = count
			index++
		}
	}
	return counts
}

// TestLint has the linter of Prometheus look at all that is served, our own metrics included.
func TestLint(t *testing.T) {
	var families []*dto.MetricFamily
	for _, f := range decode(t, serveFamilies(t, shopFamilies()...)) {
		families = append(families, f)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) != 0 || len(families) < 20 {
		t.Errorf("%d families have problems %v, error %v", len(families), problems, err)
	}
}
