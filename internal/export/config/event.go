package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// span reads an entry of spans.
func (r *reader) span(c *Config, n *yaml.Node) {
	before := len(r.errs)
	s := Span{Source: Source{Line: n.Line}}
	of := fields{
		"name":        r.name(&s.Name),
		"slower":      r.duration(&s.Slower, "slower"),
		"attributes":  r.attributes(&s.Attributes),
		"traceparent": r.argument(&s.Traceparent, "traceparent"),
	}
	r.addSource(of, &s.Source)
	r.addPair(of, &s.Pair)
	r.mapping(n, "a span", of)
	if len(r.errs) > before {
		return
	}
	r.checkPair(s.Pair, s.Line, "a span")
	if s.Name == "" {
		s.Name = s.Pair.Base + s.Pair.Start // one of them is empty
	}
	c.Spans = append(c.Spans, s)
}

// log reads an entry of logs.
func (r *reader) log(c *Config, n *yaml.Node) {
	before := len(r.errs)
	l := Log{Source: Source{Line: n.Line}, Severity: "INFO"}
	of := fields{
		"name":        r.name(&l.Name),
		"probes":      r.patterns(&l.Probes),
		"severity":    func(n *yaml.Node) { r.severity(&l.Severity, n) },
		"body":        func(n *yaml.Node) { r.body(&l.Body, n) },
		"attributes":  r.attributes(&l.Attributes),
		"traceparent": r.argument(&l.Traceparent, "traceparent"),
	}
	r.addSource(of, &l.Source)
	r.mapping(n, "a log", of)
	if len(r.errs) > before {
		return
	}
	if len(l.Probes) == 0 {
		r.errorf(l.Line, "a log: which probes? set probes: [PROVIDER:PROBE]")
	}
	if l.Name == "" {
		l.Name = strings.Join(l.Probes, " ")
	}
	if len(l.Name) > longestName {
		r.errorf(l.Line, "a log: set name: those of its probes are too long for one")
	}
	c.Logs = append(c.Logs, l)
}

// severities are those of OpenTelemetry.
var severities = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

func (r *reader) severity(into *string, n *yaml.Node) {
	text := ""
	r.text(&text, "severity")(n)
	if text != "" && !slices.Contains(severities, text) {
		r.errorf(n.Line, "severity: want %s, not %s", strings.Join(severities, ", "),
			printable.Quote(cut(text)))
		return
	}
	*into = text
}

func (r *reader) body(into *string, n *yaml.Node) {
	if r.text(into, "body")(n); *into == "" {
		return
	}
	if _, err := format.Parse(*into); err != nil {
		r.errorf(n.Line, "body: %v", err)
	}
}

// mostAttributes are those of a span or a record.
const mostAttributes = 32

// attributes reads a list of arguments.
func (r *reader) attributes(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if len(n.Content) > mostAttributes {
			r.errorf(n.Line, "attributes: %d are too many, at most %d", len(n.Content), mostAttributes)
			return
		}
		r.list(n, "attributes", func(n *yaml.Node) {
			name := ""
			if r.argument(&name, "attributes")(n); name == "" {
				return
			}
			if slices.Contains(*into, name) {
				r.errorf(n.Line, "attributes: %s is there twice", printable.Quote(cut(name)))
			}
			*into = append(*into, name)
		})
	}
}
