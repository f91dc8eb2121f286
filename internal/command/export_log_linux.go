package command

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An exportedLog is hits that become log records.
type exportedLog struct {
	received
	config config.Log
	failed func(error)

	known  []uprobe.Probe // split by types
	probes atomic.Pointer[[]loggedProbe]
	format *format.Format // nil: all arguments
	tracer *uprobe.Tracer // nil until there is a probe
}

// A loggedProbe is what is known of a probe before there are events.
type loggedProbe struct {
	eventFields
	name   string
	format *format.Format
	places []field
}

func newExportedLog(c config.Log) *exportedLog {
	l := &exportedLog{config: c}
	if c.Body != "" {
		l.format, _ = format.Parse(c.Body) // the configuration has been checked
		l.format.Escape = collect.AppendEscaped
	}
	l.probes.Store(new([]loggedProbe))
	return l
}

func (l *exportedLog) name() string { return l.config.Name }
func (l *exportedLog) kind() string { return "log" }

func (l *exportedLog) attach(probes []uprobe.Probe, o uprobe.Options) (unfit, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o.Filter = l.config.Expr
	var errs []error
	var fitting []uprobe.Probe
	var captures [][]uprobe.Capture
	var logged []loggedProbe
	for _, p := range byTypes(probes) {
		one, capture, err := l.fit(p)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fitting, captures, logged = append(fitting, p), append(captures, capture), append(logged, one)
	}
	if len(fitting) > 0 {
		err = l.attachFitting(fitting, captures, logged, o)
	}
	return errors.Join(errs...), err
}

// fit returns what makes records of a probe, and what is to be read of it.
func (l *exportedLog) fit(p uprobe.Probe) (one loggedProbe, capture []uprobe.Capture, err error) {
	if err := checkWhere(l.config.Expr, p); err != nil {
		return one, nil, err
	}
	all := captured().captures([]uprobe.Probe{p}, nil)[0]
	names := argumentNames(l.config.Attributes, l.config.Traceparent)
	one = loggedProbe{eventFields: newEventFields(p, all, names), name: p.String()}
	one.places = byPlace(one.fields, len(one.types))
	for i, name := range names {
		if name != "" && one.named[i] == nil {
			return one, nil, fmt.Errorf("%s has no argument %s", printable.Text(one.name),
				printable.Text(name))
		}
	}
	if l.format == nil {
		return one, all, nil
	}
	formats, err := bindFormat(l.format, []uprobe.Probe{p})
	if err != nil {
		return one, nil, err
	}
	one.format = formats[0]
	for _, c := range captured().captures([]uprobe.Probe{p}, formats)[0] {
		if !slices.ContainsFunc(all, func(a uprobe.Capture) bool { return a.Arg == c.Arg }) {
			all = append(all, c)
		}
	}
	return one, all, nil
}

func (l *exportedLog) attachFitting(
	probes []uprobe.Probe, captures [][]uprobe.Capture, logged []loggedProbe, o uprobe.Options,
) error {
	if l.tracer == nil {
		return l.open(probes, captures, logged, o)
	}
	before := len(l.known)
	known, later := index(l.known, probes, typedKey)
	all := slices.Clip(*l.probes.Load())
	for i, one := range later {
		if one.Index < before || one.Index < len(all) {
			continue
		}
		if err := l.tracer.Fit(probes[i:i+1], captures[i:i+1]); err != nil {
			return err
		}
		all = append(all, logged[i])
	}
	l.known = known
	l.probes.Store(&all) // before there are events of them
	return l.tracer.Attach(later, captures)
}

func (l *exportedLog) open(
	probes []uprobe.Probe, captures [][]uprobe.Capture, logged []loggedProbe, o uprobe.Options,
) error {
	t, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o, Captures: captures})
	if err != nil {
		return err
	}
	l.known, l.tracer = probes, t
	l.probes.Store(&logged)
	var ev uprobe.Event
	l.begin(t, func() error {
		err := t.Next(&ev)
		if err == nil {
			l.sink.Record(l.record(&ev))
		}
		return err
	}, t.Lost, l.failed)
	return nil
}

// record returns the record of an event.
func (l *exportedLog) record(ev *uprobe.Event) front.Record {
	p := &(*l.probes.Load())[ev.Probe]
	r := front.Record{
		Resource: l.names.of(int(ev.PID)).resource, Time: ev.Time, Event: p.name,
		Severity: l.config.Severity,
	}
	if p.format != nil {
		r.Body = string(p.format.Append(nil, &eventValues{p.types, p.places, ev.Args}))
	} else {
		r.Body = printable.Text(p.name) + string(appendAllFields(nil, p.fields, ev.Args))
	}
	last := len(l.config.Attributes)
	for _, f := range p.named[:last] {
		if a, ok := f.attribute(ev.Args); ok {
			r.Attributes = append(r.Attributes, a)
		}
	}
	r.TraceID, r.SpanID, _ = p.named[last].traceparent(ev.Args)
	return r
}

// appendAllFields appends all arguments as usdt trace shows them.
func appendAllFields(dst []byte, fields []field, args []uprobe.Value) []byte {
	for i := range fields {
		dst = append(append(append(dst, ' '), printable.Text(fields[i].label)...), '=')
		dst = fields[i].appendText(dst, args)
	}
	return dst
}
