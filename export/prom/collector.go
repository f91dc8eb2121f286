package prom

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A collector has the families of one scrape.
type collector []front.Family

// Describe describes nothing, which has the registry take whatever Collect sends: the names come
// from the configuration, which changes.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends all points. A family or point that cannot be served becomes an error, which the
// registry collects beside the others.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	for i := range c {
		f := &c[i]
		if err := check(f); err != nil {
			ch <- invalid(fmt.Errorf("family %q: %w", f.Name, err))
			continue
		}
		desc := describe(f)
		for j := range f.Points {
			m, err := newMetric(desc, f, &f.Points[j])
			if err != nil {
				ch <- invalid(fmt.Errorf("a point of family %q: %w", f.Name, err))
				continue
			}
			ch <- m
		}
	}
}

func invalid(err error) prometheus.Metric {
	return prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
}

// A metric is a point as the registry takes it.
type metric struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	value  dto.Metric // without labels
}

func (m *metric) Desc() *prometheus.Desc { return m.desc }

func (m *metric) Write(out *dto.Metric) error {
	out.Label = m.labels
	out.Counter, out.Gauge, out.Histogram = m.value.Counter, m.value.Gauge, m.value.Histogram
	return nil
}

func newMetric(desc *prometheus.Desc, f *front.Family, p *front.Point) (*metric, error) {
	labels, err := labelPairs(f.Labels, p.Labels)
	if err != nil {
		return nil, err
	}
	m := &metric{desc: desc, labels: labels}
	switch f.Kind {
	case front.Counter:
		m.value.Counter = &dto.Counter{
			Value:            &p.Value,
			Exemplar:         exemplar(p.Exemplar),
			CreatedTimestamp: timestamp(p.Start),
		}
	case front.Gauge:
		m.value.Gauge = &dto.Gauge{Value: &p.Value}
	case front.Histogram:
		m.value.Histogram, err = histogram(p)
	default:
		err = fmt.Errorf("no kind %d", f.Kind)
	}
	return m, err
}
