package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// metric reads an entry of metrics.
func (r *reader) metric(c *Config, n *yaml.Node) {
	before := len(r.errs)
	m := Metric{Source: Source{Line: n.Line}, MaxSeries: c.MaxSeries}
	of := fields{
		"name":        r.text(&m.Name, "name"),
		"help":        r.text(&m.Help, "help"),
		"type":        func(n *yaml.Node) { r.metricType(&m.Type, n) },
		"probes":      r.patterns(&m.Probes),
		"value":       r.argument(&m.Value, "value"),
		"unit":        func(n *yaml.Node) { r.unit(&m.Unit, n) },
		"buckets":     func(n *yaml.Node) { r.buckets(&m.Buckets, n) },
		"traceparent": r.argument(&m.Traceparent, "traceparent"),
		"labels":      func(n *yaml.Node) { r.labels(&m.Labels, n) },
		"max_series":  r.number(&m.MaxSeries, "max_series", 1, mostSeries),
	}
	r.addSource(of, &m.Source)
	r.addPair(of, &m.Pair)
	r.mapping(n, "a metric", of)
	if len(r.errs) > before {
		return // what follows may be due to that
	}
	r.checkMetric(&m)
	c.Metrics = append(c.Metrics, m)
}

func (r *reader) metricType(into *Type, n *yaml.Node) {
	text := ""
	r.text(&text, "type")(n)
	switch t := Type(text); t {
	case Counter, Sum, Gauge, Histogram:
		*into = t
	case "":
	default:
		r.errorf(n.Line, "type: want counter, sum, gauge or histogram, not %s",
			printable.Quote(cut(text)))
	}
}

func (r *reader) unit(into *string, n *yaml.Node) {
	r.text(into, "unit")(n)
	if _, ok := histogram.ParseUnit(*into); *into != "" && !ok {
		r.errorf(n.Line, "unit: want ns, us, ms, s, B, KiB, MiB, GiB or TiB, not %s",
			printable.Quote(cut(*into)))
	}
}

// buckets reads the word native, or a list of bounds and that word.
func (r *reader) buckets(into *Buckets, n *yaml.Node) {
	elements := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		elements = n.Content
	}
	for _, e := range elements {
		if e.Kind == yaml.ScalarNode && e.Value == "native" {
			into.Native = true
			continue
		}
		v, ok := r.float(e, "buckets, which are native and bounds")
		if last := len(into.Bounds) - 1; ok && last >= 0 && v <= into.Bounds[last] {
			r.errorf(e.Line, "buckets: each bound must be above the one before it")
		}
		into.Bounds = append(into.Bounds, v)
	}
	if len(into.Bounds) > mostBounds {
		r.errorf(n.Line, "buckets: %d bounds are too many, at most %d", len(into.Bounds), mostBounds)
	}
}

// ofHit is what every hit has.
var ofHit = []string{OfPID, OfComm, OfProcess, OfContainer, OfPod, OfProbe}

func (r *reader) labels(into *[]Label, n *yaml.Node) {
	r.pairs(n, "labels", func(name string, value *yaml.Node, line int) {
		l := Label{Name: name}
		switch {
		case !metricName.MatchString(name) || strings.HasPrefix(name, "__"):
			r.errorf(line, "labels: %s is no name of a label; these are of letters, digits and _, do "+
				"not begin with __ or a digit, and have at most %d bytes", printable.Quote(cut(name)),
				longestName)
		case name == "le" || name == "quantile":
			r.errorf(line, "labels: %s has another meaning in Prometheus; choose another name", name)
		}
		if value.Kind == yaml.ScalarNode && strings.HasPrefix(value.Value, "$") {
			if l.Of = value.Value; !slices.Contains(ofHit, l.Of) {
				r.errorf(value.Line, "labels: there is no %s; there are %s",
					printable.Text(cut(l.Of)), strings.Join(ofHit, ", "))
			}
		} else {
			r.argument(&l.Of, "labels: "+printable.Text(cut(name)))(value)
		}
		*into = append(*into, l)
	})
	if len(*into) > mostLabels {
		r.errorf(n.Line, "labels: %d are too many, at most %d", len(*into), mostLabels)
	}
}
