package config

import (
	"net"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// What holds where the file says nothing.
const (
	DefaultListen    = "127.0.0.1:9844"
	DefaultMaxSeries = 1000
)

// Limits of a configuration.
const (
	mostSeries  = 100_000 // of a metric
	mostEntries = 1000    // of each list
	mostLabels  = 16
	mostBounds  = 64
)

// config reads the whole.
func (r *reader) config(n *yaml.Node) *Config {
	c := &Config{Listen: DefaultListen, MaxSeries: DefaultMaxSeries}
	var metrics, spans, logs *yaml.Node
	r.mapping(n, "the configuration", fields{
		"listen":     r.listen(&c.Listen),
		"pprof":      r.boolean(&c.Pprof, "pprof"),
		"otlp":       func(n *yaml.Node) { r.otlp(&c.OTLP, n) },
		"max_series": r.number(&c.MaxSeries, "max_series", 1, mostSeries),
		"types":      r.texts(&c.Types, "types"),
		"metrics":    func(n *yaml.Node) { metrics = n }, // they need max_series
		"spans":      func(n *yaml.Node) { spans = n },
		"logs":       func(n *yaml.Node) { logs = n },
	})
	r.entries(metrics, "metrics", func(n *yaml.Node) { r.metric(c, n) })
	r.entries(spans, "spans", func(n *yaml.Node) { r.span(c, n) })
	r.entries(logs, "logs", func(n *yaml.Node) { r.log(c, n) })
	r.checkNames(c)
	r.checkWays(c, n.Line)
	return c
}

// entries reads a list that need not be there.
func (r *reader) entries(n *yaml.Node, what string, f func(*yaml.Node)) {
	switch {
	case n == nil:
	case n.Kind == yaml.SequenceNode && len(n.Content) > mostEntries:
		r.errorf(n.Line, "%s: %d are too many, at most %d", what, len(n.Content), mostEntries)
	default:
		r.list(n, what, f)
	}
}

func (r *reader) listen(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		text, ok := r.scalar(n, "listen", `an address HOST:PORT, or ""`, "!!str")
		if !ok {
			return
		}
		if err := CheckListen(text); err != "" {
			r.errorf(n.Line, "listen: %s", err)
			return
		}
		*into = text
	}
}

// CheckListen says what is wrong with an address to listen to, if anything is.
func CheckListen(address string) (wrong string) {
	if address == "" {
		return ""
	}
	_, port, err := net.SplitHostPort(address)
	if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
		return printable.Quote(cut(address)) + " is no address HOST:PORT, such as 127.0.0.1:9844"
	}
	return ""
}

func (r *reader) otlp(into *OTLP, n *yaml.Node) {
	r.mapping(n, "otlp", fields{
		"metrics":  r.boolean(&into.Metrics, "otlp: metrics"),
		"traces":   r.boolean(&into.Traces, "otlp: traces"),
		"logs":     r.boolean(&into.Logs, "otlp: logs"),
		"interval": r.duration(&into.Interval, "otlp: interval"),
	})
}

// checkNames reports entries of one kind and one name.
func (r *reader) checkNames(c *Config) {
	lines := make(map[string]int)
	for _, m := range c.Metrics {
		name := m.BaseName()
		if name == "" {
			continue // an error was told
		}
		if first, doubled := lines[name]; doubled {
			r.errorf(m.Line, "another metric, in line %d, is called %s, too; give one another name",
				first, name)
			continue
		}
		lines[name] = m.Line
	}
	unique := make(map[string]int)
	once := func(what, name string, line int) {
		if first, doubled := unique[what+name]; doubled {
			r.errorf(line, "another %s, in line %d, is called %s, too; give one another name", what,
				first, printable.Text(cut(name)))
			return
		}
		unique[what+name] = line
	}
	for _, s := range c.Spans {
		once("span", s.Name, s.Line)
	}
	for _, l := range c.Logs {
		once("log", l.Name, l.Line)
	}
}

// checkWays reports what would go nowhere.
func (r *reader) checkWays(c *Config, line int) {
	switch {
	case len(c.Metrics)+len(c.Spans)+len(c.Logs) == 0 && len(r.errs) == 0:
		r.errorf(line, "the configuration has no metrics, spans or logs")
	case c.WastesMetrics():
		r.errorf(line, `metrics go nowhere: set listen, or otlp: {metrics: true}`)
	}
	if len(c.Spans) > 0 && !c.OTLP.Traces {
		r.errorf(c.Spans[0].Line, "spans go nowhere: set otlp: {traces: true}")
	}
	if len(c.Logs) > 0 && !c.OTLP.Logs {
		r.errorf(c.Logs[0].Line, "log records go nowhere: set otlp: {logs: true}")
	}
}
