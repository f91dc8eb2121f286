package otlp

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/go-usdt/usdt/internal/export/front"
)

// maxWeight is about how many bytes a request has at most, before compression. A receiver of the
// OpenTelemetry Collector refuses more than 4 MiB by gRPC.
const maxWeight = 1 << 20

// A request is what one call of the SDK's exporter sends: metrics of one resource.
type request struct {
	metrics        *metricdata.ResourceMetrics
	points, weight int
}

// A converter turns families into requests.
type converter struct {
	resources resources
	scope     instrumentation.Scope
	settings  rounds
	now       time.Time
}

// requests returns the families by resource, in requests of bounded size.
func (c converter) requests(families []front.Family) []*request {
	var order []*front.Resource
	last := make(map[*front.Resource]*request)
	var all []*request
	for _, f := range families {
		byResource := make(map[*front.Resource][]front.Point)
		for _, p := range f.Points {
			if _, seen := last[p.Resource]; !seen {
				order = append(order, p.Resource)
				last[p.Resource] = nil
			}
			byResource[p.Resource] = append(byResource[p.Resource], p)
		}
		for _, resource := range order {
			points := byResource[resource]
			for len(points) > 0 {
				r := last[resource]
				if r == nil || r.weight >= maxWeight {
					r = c.request(resource)
					all = append(all, r)
					last[resource] = r
				}
				n := r.add(c, f, points)
				points = points[n:]
			}
		}
	}
	return all
}

func (c converter) request(of *front.Resource) *request {
	return &request{metrics: &metricdata.ResourceMetrics{
		Resource:     c.resources.of(of),
		ScopeMetrics: []metricdata.ScopeMetrics{{Scope: c.scope}},
	}}
}

// add takes the points for which there is room, at least one, and returns how many they are.
func (r *request) add(c converter, f front.Family, points []front.Point) int {
	n := 0
	for n < len(points) && r.weight < maxWeight {
		r.weight += weight(f, points[n])
		n++
	}
	data, made := c.data(f, points[:n])
	if made > 0 {
		r.weight += len(f.Name) + len(f.Help)
		r.points += made
		scope := &r.metrics.ScopeMetrics[0]
		scope.Metrics = append(scope.Metrics, metricdata.Metrics{Name: valid(f.Name),
			Description: valid(f.Help), Unit: unit(f.Unit), Data: data})
	}
	return n
}

// weight returns about how many bytes a point has.
func weight(f front.Family, p front.Point) int {
	const times, perBucket = 40, 17 // a bound and a count
	w := times
	for i, value := range p.Labels {
		w += len(value) + 8
		if i < len(f.Labels) {
			w += len(f.Labels[i])
		}
	}
	if h := p.HistogramValue; h != nil {
		w += perBucket * len(h.Counts)
		if h.Native != nil {
			w += perBucket * (len(h.Native.Positive) + len(h.Native.Negative))
		}
	}
	return w
}

// data returns the points as the SDK has them, and how many they are: a point of a histogram family
// may lack a histogram.
func (c converter) data(f front.Family, points []front.Point) (metricdata.Aggregation, int) {
	switch f.Kind {
	case front.Counter:
		return metricdata.Sum[float64]{Temporality: metricdata.CumulativeTemporality,
			IsMonotonic: true, DataPoints: c.numbers(f, points)}, len(points)
	case front.Gauge:
		return metricdata.Gauge[float64]{DataPoints: c.numbers(f, points)}, len(points)
	default:
		return c.histograms(f, points)
	}
}

func (c converter) numbers(f front.Family, points []front.Point) []metricdata.DataPoint[float64] {
	all := make([]metricdata.DataPoint[float64], len(points))
	for i, p := range points {
		all[i] = metricdata.DataPoint[float64]{Attributes: labels(f, p), StartTime: p.Start,
			Time: c.now, Value: p.Value, Exemplars: c.exemplars(p)}
	}
	return all
}

func labels(f front.Family, p front.Point) attribute.Set {
	all := make([]attribute.KeyValue, min(len(f.Labels), len(p.Labels)))
	for i := range all {
		all[i] = attribute.String(valid(f.Labels[i]), valid(p.Labels[i]))
	}
	return attribute.NewSet(all...)
}

// exemplars returns those that OTEL_METRICS_EXEMPLAR_FILTER lets through.
func (c converter) exemplars(p front.Point) []metricdata.Exemplar[float64] {
	e := p.Exemplar
	if e == nil || c.settings.exemplars == noExemplars {
		return nil
	}
	made := metricdata.Exemplar[float64]{Time: e.Time, Value: e.Value}
	if id := traceID(e.TraceID); id.IsValid() {
		made.TraceID = slices.Clone(id[:])
	} else if c.settings.exemplars == tracedExemplars {
		return nil
	}
	if id := spanID(e.SpanID); id.IsValid() {
		made.SpanID = slices.Clone(id[:])
	}
	return []metricdata.Exemplar[float64]{made}
}

// unit returns a unit of OpenMetrics as OpenTelemetry writes it, by UCUM.
func unit(openMetrics string) string {
	switch openMetrics {
	case "seconds":
		return "s"
	case "bytes":
		return "By"
	case "meters":
		return "m"
	case "grams":
		return "g"
	case "joules":
		return "J"
	case "volts":
		return "V"
	case "amperes":
		return "A"
	case "celsius":
		return "Cel"
	case "ratio":
		return "1"
	default:
		return valid(openMetrics)
	}
}
