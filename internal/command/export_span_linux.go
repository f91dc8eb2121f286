package command

import (
	"time"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An exportedSpan is pairs that become spans.
type exportedSpan struct {
	received
	config config.Span
	failed func(error)

	parts   pairParts
	fields  pairFields
	latency *uprobe.Latency // nil until both probes are known
}

func (s *exportedSpan) name() string { return s.config.Name }
func (s *exportedSpan) kind() string { return "span" }

func (s *exportedSpan) attach(probes []uprobe.Probe, o uprobe.Options) (unfit, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	probes = s.parts.add(s.config.Pair, probes)
	if len(probes) == 0 {
		return nil, nil
	}
	if s.latency != nil {
		starts, ends, unfit := s.parts.later(probes)
		return unfit, s.latency.Attach(starts, ends)
	}
	p, err := s.parts.open(s.config.Pair, s.config.Expr, probes)
	if err != nil {
		return nil, err
	}
	o.Filter, o.Groups = s.config.Expr, 1
	p.Options, p.Slower = o, max(s.config.Slower, time.Nanosecond)
	names := argumentNames(s.config.Attributes, s.config.Traceparent)
	if s.fields, err = newPairFields(&s.parts, &p, names); err != nil {
		return nil, err
	}
	l, err := uprobe.Pair(s.parts.starts, s.parts.ends, p)
	if err != nil {
		return nil, err
	}
	s.latency = l
	var pair uprobe.SlowPair
	s.begin(l, func() error {
		err := l.Next(&pair)
		if err == nil {
			s.sink.Span(s.span(&pair))
		}
		return err
	}, l.Unsent, s.failed)
	return nil, nil
}

// span returns the span of a pair.
func (s *exportedSpan) span(pair *uprobe.SlowPair) front.Span {
	process := s.names.of(int(pair.End.PID))
	span := front.Span{
		Resource: process.resource, Name: s.config.Name,
		Start: pair.End.Time.Add(-pair.Took), End: pair.End.Time,
	}
	for i := range s.config.Attributes {
		f, args := s.fields.side(pair, i)
		if a, ok := f.attribute(args); ok {
			span.Attributes = append(span.Attributes, a)
		}
	}
	f, args := s.fields.side(pair, len(s.config.Attributes))
	span.TraceID, span.ParentID, span.Unsampled = f.traceparent(args)
	return span
}
