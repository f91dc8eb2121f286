package config

import (
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// checkMetric reports what does not go together.
func (r *reader) checkMetric(m *Metric) {
	hasPair := !m.Pair.IsZero()
	switch {
	case hasPair && len(m.Probes) > 0:
		r.errorf(m.Line, "a metric: use either probes or a pair, not both")
	case hasPair:
		r.checkPair(m.Pair, m.Line, "a metric")
	case len(m.Probes) == 0:
		r.errorf(m.Line, "a metric: which probes? set probes: [PROVIDER:PROBE], or "+
			"pair: PROVIDER:BASE")
	}
	if m.Type == "" && hasPair {
		m.Type = Histogram
	} else if m.Type == "" {
		m.Type = Counter
	}
	r.checkType(m, hasPair)
	r.checkName(m)
}

func (r *reader) checkType(m *Metric, hasPair bool) {
	switch {
	case hasPair && m.Type != Histogram:
		r.errorf(m.Line, "a metric: the times of pairs are a histogram, not a %s", m.Type)
	case hasPair && (m.Value != "" || m.Unit != ""):
		r.errorf(m.Line, "a metric: the value of a pair is its time, in seconds: "+
			"leave value and unit out")
	case !hasPair && m.Traceparent != "":
		r.errorf(m.Line, "a metric: only the histogram of a pair has exemplars: "+
			"leave traceparent out")
	case m.Type == Counter && (m.Value != "" || m.Unit != ""):
		r.errorf(m.Line, "a metric: a counter counts hits; type: sum adds up a value")
	case m.Type != Counter && !hasPair && m.Value == "":
		r.errorf(m.Line, "a metric: which argument? a %s needs value: NAME", m.Type)
	case m.Type != Histogram && (m.Buckets.Native || m.Buckets.Bounds != nil):
		r.errorf(m.Line, "a metric: buckets are for type: histogram")
	}
	for _, l := range m.Labels {
		switch {
		case l.Of != OfProbe:
		case hasPair:
			r.errorf(m.Line, "a metric: a pair has no %s: it is two probes", OfProbe)
		case m.Type == Histogram:
			r.errorf(m.Line, "a metric: a histogram has no %s: make one of each probe", OfProbe)
		}
	}
}

// taken are how names begin that come with the metrics of a configuration, and what these are of.
var taken = []struct{ prefix, of string }{
	{"usdt_export_", "the exporter itself"},
	{"go_", "the exporter's own runtime of Go"},
	{"process_", "the exporter's own process"},
	{"promhttp_", "the exporter's answers to scrapes"},
	{"scrape_", "Prometheus, about each scrape"},
}

func (r *reader) checkName(m *Metric) {
	base := m.BaseName()
	isName := metricName.MatchString(base)
	switch {
	case !isName && m.Name != "":
		r.errorf(m.Line, "a metric: %s is no name; these are of letters, digits and _, do not begin "+
			"with a digit, and have at most %d bytes", printable.Quote(cut(m.Name)), longestName)
	case !isName && (len(m.Probes) > 0 || !m.Pair.IsZero()):
		r.errorf(m.Line, "a metric: what is it called? set name, as its probes give it none")
	}
	for _, t := range taken {
		if strings.HasPrefix(base+"_", t.prefix) { // a unit, or _total, may come behind it
			r.errorf(m.Line, "a metric: names that begin with %s are those of %s; set name to another",
				t.prefix, t.of)
		}
	}
}

// BaseName is the name of a metric without its unit and without _total: empty if it has none. A
// metric without a name gets that of its probe.
func (m *Metric) BaseName() string {
	if m.Name != "" {
		return strings.TrimSuffix(m.Name, "_total")
	}
	switch p := m.Pair; {
	case p.Base != "":
		return ToName(p.Base) + "_duration"
	case p.Start != "":
		return ToName(p.Start) + "_to_" + ToName(probeOf(p.End)) + "_duration"
	case len(m.Probes) != 1 || !isLiteral(m.Probes[0]):
		return ""
	case m.Value != "":
		return ToName(m.Probes[0]) + "_" + ToName(m.Value)
	}
	return ToName(m.Probes[0])
}

// probeOf returns the name of a probe without that of its provider.
func probeOf(text string) string {
	_, name, _ := strings.Cut(text, ":")
	return name
}
