// Package collect adds up what the kernel has counted, and makes the families of it that are served
// and sent. What it knows only grows: it has the totals also of processes that have ended, and of
// tracings that were replaced.
package collect

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A Spec says what a metric is.
type Spec struct {
	Name, Help, Unit string // as of a front.Family
	Kind             front.Kind
	Labels           []string
	MaxSeries        int     // besides the one of all others
	Divisor          float64 // by which values are divided to have them in the unit
	Buckets          Buckets // of a histogram
	IsSum            bool    // a counter counts what values add up to, not hits

	// Resource is that of series which have none of their own.
	Resource *front.Resource

	// Full is called when there is no room for a series, once.
	Full func()
}

// A Metric has the series of a metric. It is safe for concurrent use.
type Metric struct {
	spec Spec

	mu     sync.Mutex
	series map[string]*series         // by the values of their labels
	others *series                    // see other; nil if nothing is there
	isFull bool                       // there was no room for a series
	read   time.Time                  // when the last hits were added, or the metric began
	early  map[string]*front.Exemplar // of series that are not there yet
	hits   uint64
	over   uint64 // hits without room
}

// A series is what hits with the same labels add up to.
type series struct {
	labels   []string
	resource *front.Resource
	start    time.Time
	hits     uint64
	sum      integer.Sum
	last     integer.Int
	when     uint64 // of last, in the order of hits
	values   *histogram.Histogram
	exemplar *front.Exemplar
	ended    time.Time // when no more hits could come; 0: they can
}

// Other is the value of all labels of the series of those without room.
const Other = "other"

// New returns a metric without hits. If it has no labels, it has its one series.
func New(s Spec, now time.Time) *Metric {
	m := &Metric{spec: s, series: make(map[string]*series), read: now,
		early: make(map[string]*front.Exemplar)}
	if len(s.Labels) == 0 && s.Kind != front.Gauge {
		m.of(nil, nil)
	}
	return m
}

// Hits are hits that came since the last of the same labels.
type Hits struct {
	Labels   []string // nil: of all groups for which the kernel has no room
	Resource *front.Resource
	Count    uint64
	Stats    integer.Stats        // of their values, for a sum
	Last     integer.Int          // for a gauge
	When     uint64               // of the last value; later ones are larger
	Values   *histogram.Histogram // for a histogram
}

// Add adds hits that were read at a time.
func (m *Metric) Add(all []Hits, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range all {
		m.add(h)
	}
	clear(m.early)
	m.read = now
}

func (m *Metric) add(h Hits) {
	var s *series
	if h.Labels != nil || len(m.spec.Labels) == 0 {
		s = m.of(h.Labels, h.Resource)
	} else {
		s = m.overflow()
	}
	if s == m.others && !isOther(h.Labels) {
		m.over += h.Count
	}
	m.hits += h.Count
	s.hits += h.Count
	s.sum = s.sum.Plus(h.Stats.Sum)
	s.ended = time.Time{}
	if h.When > s.when {
		s.last, s.when = h.Last, h.When
	}
	if h.Values != nil && s.values == nil {
		s.values = &histogram.Histogram{Scale: h.Values.Scale}
	}
	if h.Values != nil {
		s.values.Merge(h.Values)
	}
}

// of returns the series of labels, or that of others if there is no room for it.
func (m *Metric) of(labels []string, resource *front.Resource) *series {
	id := idOf(labels)
	s := m.series[id]
	switch {
	case s != nil:
	case isOther(labels):
		return m.other()
	case len(m.series) >= m.spec.MaxSeries:
		return m.overflow()
	default:
		s = &series{labels: slices.Clone(labels), resource: resource, start: m.read}
		s.exemplar = m.early[id]
		m.series[id] = s
	}
	return s
}

// overflow returns the series of those without room.
func (m *Metric) overflow() *series {
	if !m.isFull && m.spec.Full != nil {
		m.spec.Full()
	}
	m.isFull = true
	return m.other()
}

// other returns the series all of whose labels are Other: of those without room, and of hits that
// have such labels.
func (m *Metric) other() *series {
	if m.others == nil {
		m.others = &series{start: m.read, labels: slices.Repeat([]string{Other}, len(m.spec.Labels))}
	}
	return m.others
}

func isOther(labels []string) bool {
	return len(labels) > 0 && !slices.ContainsFunc(labels, func(l string) bool { return l != Other })
}

// Exemplify keeps a hit as the exemplar of its series, also before the hit itself is added.
func (m *Metric) Exemplify(labels []string, e front.Exemplar) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := idOf(labels)
	switch s := m.series[id]; {
	case s != nil:
		s.exemplar = &e
	case len(m.early) < m.spec.MaxSeries:
		m.early[id] = &e
	}
}

// idOf tells series apart.
func idOf(labels []string) string {
	return strings.Join(labels, "\xff") // no printable text has that byte
}

// Forget removes the series that have been over for some time. Each is asked whether it is over:
// whether no more hits with its labels can come.
func (m *Metric) Forget(now time.Time, after time.Duration, isOver func(labels []string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, s := range m.series {
		switch {
		case !isOver(s.labels):
			s.ended = time.Time{}
		case s.ended.IsZero():
			s.ended = now
		case now.Sub(s.ended) >= after:
			delete(m.series, id)
		}
	}
}

// Figures are the numbers of a metric for the exporter's own metrics.
type Figures struct{ Hits, Overflow, Series uint64 }

// Figures returns the numbers of now.
func (m *Metric) Figures() Figures {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := Figures{Hits: m.hits, Overflow: m.over, Series: uint64(len(m.series))}
	if m.others != nil {
		f.Series++
	}
	return f
}

// Family returns the metric with all its points, in the order of their labels.
func (m *Metric) Family() front.Family {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := front.Family{
		Name: m.spec.Name, Help: m.spec.Help, Unit: m.spec.Unit, Kind: m.spec.Kind,
		Labels: m.spec.Labels,
	}
	for _, s := range m.series {
		f.Points = append(f.Points, m.point(s))
	}
	if m.others != nil {
		f.Points = append(f.Points, m.point(m.others))
	}
	slices.SortFunc(f.Points, func(a, b front.Point) int {
		return slices.Compare(a.Labels, b.Labels)
	})
	return f
}

func (m *Metric) point(s *series) front.Point {
	p := front.Point{
		Labels: s.labels, Resource: cmp.Or(s.resource, m.spec.Resource), Start: s.start,
		Exemplar: s.exemplar,
	}
	switch {
	case m.spec.Kind == front.Histogram:
		p.HistogramValue = m.spec.histogram(s.values)
	case m.spec.Kind == front.Gauge:
		p.Value = s.last.Float() / m.spec.Divisor
	case m.spec.IsSum:
		sum, _ := new(big.Float).SetInt(s.sum.Big()).Float64()
		p.Value = sum / m.spec.Divisor
	default:
		p.Value = float64(s.hits)
	}
	return p
}

// Scale is Spec.Scale.
func (m *Metric) Scale() histogram.Scale { return m.spec.Scale() }

// Describe says what the metric is, if that is not known yet.
func (m *Metric) Describe(help string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.spec.Help == "" {
		m.spec.Help = help
	}
}
