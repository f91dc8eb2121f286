package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An exportedSpan is pairs that become spans.
type exportedSpan struct {
	received
	config config.Span
	failed func(error)

	parts   pairParts
	starts  []eventFields // of the parts
	ends    []eventFields
	latency *uprobe.Latency // nil until both probes are known
}

func (s *exportedSpan) name() string { return s.config.Name }
func (s *exportedSpan) kind() string { return "span" }

func (s *exportedSpan) attach(probes []uprobe.Probe, o uprobe.Options) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	probes = s.parts.add(s.config.Pair, probes)
	if len(probes) == 0 {
		return nil
	}
	if s.latency != nil {
		starts, ends, other := s.parts.later(probes)
		return errors.Join(other, s.latency.Attach(starts, ends))
	}
	p, err := s.parts.open(s.config.Pair, s.config.Expr, probes)
	if err != nil {
		return err
	}
	o.Filter, o.Groups = s.config.Expr, 1
	p.Options, p.Slower = o, max(s.config.Slower, time.Nanosecond)
	p.StartCaptures = captured().captures(s.parts.starts, nil)
	p.EndCaptures = captured().captures(s.parts.ends, nil)
	if err := s.setFields(p); err != nil {
		return err
	}
	l, err := uprobe.Pair(s.parts.starts, s.parts.ends, p)
	if err != nil {
		return err
	}
	s.latency = l
	var pair uprobe.SlowPair
	s.begin(func() error {
		err := l.Next(&pair)
		if err == nil {
			s.sink.Span(s.span(&pair))
		}
		return err
	}, l.Unsent, s.failed)
	return nil
}

// setFields finds the arguments that become attributes. Each must be one of the start or the end.
func (s *exportedSpan) setFields(p uprobe.PairOptions) error {
	s.starts, s.ends = nil, nil
	for i, part := range s.parts.starts {
		s.starts = append(s.starts, newEventFields(part, p.StartCaptures[i]))
	}
	for i, part := range s.parts.ends {
		s.ends = append(s.ends, newEventFields(part, p.EndCaptures[i]))
	}
	names := s.config.Attributes
	if s.config.Traceparent != "" {
		names = append(names[:len(names):len(names)], s.config.Traceparent)
	}
	for _, name := range names {
		_, ofStart := s.starts[0].find(name)
		if _, ofEnd := s.ends[0].find(name); !ofStart && !ofEnd {
			return fmt.Errorf("neither %s nor %s has an argument %s",
				printable.Text(s.parts.names[0]), printable.Text(s.parts.names[1]),
				printable.Text(name))
		}
	}
	return nil
}

// span returns the span of a pair.
func (s *exportedSpan) span(pair *uprobe.SlowPair) front.Span {
	process := s.names.of(int(pair.End.PID))
	span := front.Span{
		Resource: process.resource, Name: s.config.Name,
		Start: pair.End.Time.Add(-pair.Took), End: pair.End.Time,
	}
	for _, name := range s.config.Attributes {
		f, args := s.side(pair, name)
		if a, ok := f.attribute(args); ok {
			span.Attributes = append(span.Attributes, a)
		}
	}
	if s.config.Traceparent != "" {
		f, args := s.side(pair, s.config.Traceparent)
		span.TraceID, span.ParentID = traceparentOf(&f, args)
	}
	return span
}

// side returns the field of an argument, of the start if it has it, and the arguments of that hit.
func (s *exportedSpan) side(pair *uprobe.SlowPair, name string) (field, []uprobe.Value) {
	if f, ok := s.starts[pair.Start.Probe].find(name); ok {
		return f, pair.Start.Args
	}
	if f, ok := s.ends[pair.End.Probe].find(name); ok {
		return f, pair.End.Args
	}
	return field{never: true}, pair.End.Args
}

func (s *exportedSpan) release(isGone func(uprobe.Site) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latency != nil {
		s.latency.Release(isGone)
	}
}

func (s *exportedSpan) detach() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latency == nil {
		return nil
	}
	return s.finish(s.latency)
}

func (s *exportedSpan) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latency == nil {
		return nil
	}
	return s.latency.Close()
}
