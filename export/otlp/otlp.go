// Package otlp is the exporter's front that sends metrics, spans and log records to a receiver of
// OTLP, with the exporters of the OpenTelemetry Go SDK. The standard OTEL_… variables say where to,
// and how.
//
// Spans and records wait in a queue each, whose room is fixed: what finds none is lost, and
// counted. So the traced program and the engine never wait for a receiver, and nothing grows while
// it is down. Metrics are totals: what one export has not brought, the next one does.
package otlp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A Reporter is a sink that has metrics about itself. What Open returns is one.
type Reporter interface {
	// Families returns how much was sent, refused and lost. Any goroutine may call it.
	Families() []front.Family
}

type sink struct {
	start   time.Time
	tallies []*tally
	spans   *queue[front.Span]   // nil if spans are not sent
	records *queue[front.Record] // nil if records are not sent
	sampler *sampler

	context context.Context // of all exports
	cancel  context.CancelFunc
	closing chan struct{}
	close   sync.Once
	run     []func() // the workers, which begin when all is open
	workers sync.WaitGroup
}

// Open begins to send the signals that the setup names. It does not wait for the receiver: one that
// is not there yet, or not any more, is tried again. The error names each variable that is wrong.
func Open(setup front.Setup) (front.Sink, error) {
	settings, err := readSettings(os.Getenv, setup.OTLP)
	if err != nil {
		return nil, fmt.Errorf("environment for OTLP: %w", err)
	}
	s := &sink{start: time.Now(), sampler: settings.sampler, closing: make(chan struct{})}
	s.context, s.cancel = context.WithCancel(context.Background())
	resources, err := newResources(s.context, setup.Version)
	if err != nil {
		return nil, fmt.Errorf("environment for OTLP: %w", err)
	}
	err = errors.Join(s.openMetrics(setup, settings, resources),
		s.openTraces(setup, settings, resources), s.openLogs(setup, settings, resources))
	if err != nil {
		s.cancel()
		return nil, err
	}
	for _, run := range s.run {
		s.workers.Go(run)
	}
	settings.tell(setup)
	return s, nil
}

func (s *sink) openTraces(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[traces] {
		return nil
	}
	exporter, err := newTraceExporter(s.context, settings.transport[traces])
	if err != nil {
		return fmt.Errorf("open the exporter of spans: %w", err)
	}
	t := s.tally(setup, traces)
	s.spans = newQueue(settings.spans, t, spanWeight)
	b := spanBatch{exporter, r.copy(), scope(setup.Version), settings.limits}
	s.run = append(s.run, func() { s.spans.run(s.context, b.export, exporter.Shutdown) })
	return nil
}

func (s *sink) openLogs(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[logs] {
		return nil
	}
	exporter, err := newLogExporter(s.context, settings.transport[logs])
	if err != nil {
		return fmt.Errorf("open the exporter of log records: %w", err)
	}
	t := s.tally(setup, logs)
	s.records = newQueue(settings.records, t, recordWeight)
	b := recordBatch{exporter: exporter, resources: r.copy(), version: setup.Version}
	s.run = append(s.run, func() { s.records.run(s.context, b.export, exporter.Shutdown) })
	return nil
}

func (s *sink) openMetrics(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[metrics] {
		return nil
	}
	exporter, err := newMetricExporter(s.context, settings.transport[metrics])
	if err != nil {
		return fmt.Errorf("open the exporter of metrics: %w", err)
	}
	m := &periodic{
		exporter: exporter, collect: setup.Collect, own: s.Families, resources: r.copy(),
		tally: s.tally(setup, metrics), log: setup.Log, settings: settings.metrics,
		scope: scope(setup.Version),
	}
	s.run = append(s.run, func() { m.run(s.context, s.closing) })
	return nil
}

func (s *sink) tally(setup front.Setup, of signal) *tally {
	t := &tally{signal: of, log: setup.Log}
	s.tallies = append(s.tallies, t)
	return t
}

// Span hands over a span, unless it is not to be sampled.
func (s *sink) Span(span front.Span) {
	if s.spans != nil && s.sampler.keep(&span) {
		s.spans.add(span)
	}
}

// Record hands over a record.
func (s *sink) Record(record front.Record) {
	if s.records != nil {
		s.records.add(record)
	}
}

// Close sends what waits, and the metrics a last time, as far as the context lasts. What comes
// later is lost.
func (s *sink) Close(ctx context.Context) error {
	s.end()
	ended := make(chan struct{})
	go func() {
		s.workers.Wait()
		close(ended)
	}()
	defer s.cancel()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("send the last by OTLP: %w", ctx.Err())
	}
}

// end has the workers send what there is and return.
func (s *sink) end() {
	s.close.Do(func() {
		close(s.closing)
		if s.spans != nil {
			s.spans.close()
		}
		if s.records != nil {
			s.records.close()
		}
	})
}
