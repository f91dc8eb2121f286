// Package export has the ways in which usdt export hands out what it reads: Prometheus scrapes it,
// or it is sent by OTLP.
package export

import (
	"context"
	"errors"

	"github.com/go-usdt/usdt/export/otlp"
	"github.com/go-usdt/usdt/export/prom"
	"github.com/go-usdt/usdt/internal/export/front"
)

// Front serves and sends as the configuration says.
var Front front.Front = both{}

type both struct{}

// Open opens the ways that are wanted. What is sent by OTLP is also told to Prometheus: how much,
// and what was lost.
func (both) Open(s front.Setup) (front.Sink, error) {
	var open sinks
	if s.OTLP.Metrics || s.OTLP.Traces || s.OTLP.Logs {
		sender, err := otlp.Open(s)
		if err != nil {
			return nil, err
		}
		open = append(open, sender)
		if r, ok := sender.(otlp.Reporter); ok {
			s.Collect = withFamilies(s.Collect, r)
		}
	}
	if s.Listen != "" {
		server, err := prom.Front{}.Open(s)
		if err != nil {
			canceled, cancel := context.WithCancel(context.Background())
			cancel() // nothing was sent yet
			_ = open.Close(canceled)
			return nil, err
		}
		open = append(open, server)
	}
	return open, nil
}

// withFamilies returns a Collect that adds the reporter's families.
func withFamilies(collect func(context.Context) ([]front.Family, error), r otlp.Reporter,
) func(context.Context) ([]front.Family, error) {
	return func(ctx context.Context) ([]front.Family, error) {
		families, err := collect(ctx)
		if err != nil {
			return nil, err
		}
		return append(families[:len(families):len(families)], r.Families()...), nil
	}
}

// sinks hands all to each.
type sinks []front.Sink

func (s sinks) Span(span front.Span) {
	for _, to := range s {
		to.Span(span)
	}
}

func (s sinks) Record(record front.Record) {
	for _, to := range s {
		to.Record(record)
	}
}

// Close closes all at a time, as each may need all of the time that the context gives.
func (s sinks) Close(ctx context.Context) error {
	closed := make(chan error, len(s))
	for _, sink := range s {
		go func() { closed <- sink.Close(ctx) }()
	}
	var errs []error
	for range s {
		errs = append(errs, <-closed)
	}
	return errors.Join(errs...)
}
