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
	sampler sampler

	queues, totals *group // the workers of spans and records, and that of metrics
	close          sync.Once
	closing        chan struct{} // closed when the last round of metrics is due
	run            []func()      // the workers of queues, which begin when all is open
	measure        func()        // that of metrics, or nil
}

// errNobody is the error of a program that would trace for nobody.
var errNobody = errors.New("environment for OTLP: OTEL_SDK_DISABLED or OTEL_…_EXPORTER=none has " +
	"nothing sent, and nothing is served: unset it, or set listen in the configuration")

// Open begins to send the signals that the setup names. It does not wait for the receiver: one that
// is not there yet, or not any more, is tried again. The error names each variable that is wrong.
func Open(setup front.Setup) (front.Sink, error) {
	settings, err := readSettings(os.Getenv, setup.OTLP)
	if err != nil {
		return nil, fmt.Errorf("environment for OTLP: %w", err)
	}
	if setup.Listen == "" && !settings.sendsAny() {
		return nil, errNobody
	}
	s := &sink{start: time.Now(), sampler: settings.sampler, closing: make(chan struct{}),
		queues: newGroup(), totals: newGroup()}
	resources, err := newResources(context.Background(), setup.Version)
	if err != nil {
		return nil, fmt.Errorf("environment for OTLP: %w", err)
	}
	err = errors.Join(s.openMetrics(setup, settings, resources),
		s.openTraces(setup, settings, resources), s.openLogs(setup, settings, resources))
	if err != nil {
		return nil, err
	}
	for _, run := range s.run {
		s.queues.Go(run)
	}
	if s.measure != nil {
		s.totals.Go(s.measure)
	}
	settings.tell(setup)
	return s, nil
}

func (s *sink) openTraces(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[traces] {
		return nil
	}
	exporter, err := newTraceExporter(s.queues.context, settings.transport[traces])
	if err != nil {
		return fmt.Errorf("open the exporter of spans: %w", err)
	}
	t := s.tally(setup, traces)
	s.spans = newQueue(settings.spans, t, spanWeight)
	b := spanBatch{exporter, r.copy(), scope(setup.Version), settings.limits}
	s.run = append(s.run, func() { s.spans.run(s.queues.context, b.export, exporter.Shutdown) })
	return nil
}

func (s *sink) openLogs(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[logs] {
		return nil
	}
	exporter, err := newLogExporter(s.queues.context, settings.transport[logs])
	if err != nil {
		return fmt.Errorf("open the exporter of log records: %w", err)
	}
	t := s.tally(setup, logs)
	s.records = newQueue(settings.records, t, recordWeight)
	b := recordBatch{exporter: exporter, resources: r.copy(), version: setup.Version}
	s.run = append(s.run, func() { s.records.run(s.queues.context, b.export, exporter.Shutdown) })
	return nil
}

func (s *sink) openMetrics(setup front.Setup, settings settings, r resources) error {
	if !settings.sends[metrics] {
		return nil
	}
	exporter, err := newMetricExporter(s.totals.context, settings.transport[metrics])
	if err != nil {
		return fmt.Errorf("open the exporter of metrics: %w", err)
	}
	m := &periodic{
		exporter: exporter, collect: setup.Collect, own: s.Families, resources: r.copy(),
		tally: s.tally(setup, metrics), log: setup.Log, settings: settings.metrics,
		scope: scope(setup.Version),
	}
	s.measure = func() { m.run(s.totals.context, s.closing) }
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

// Close sends what waits, and then the metrics a last time, which so have what was lost. It takes
// as long as the context lasts. What comes later is lost.
func (s *sink) Close(ctx context.Context) error {
	if s.spans != nil {
		s.spans.close()
	}
	if s.records != nil {
		s.records.close()
	}
	early, cancel := beforeEnd(ctx)
	defer cancel()
	err := s.queues.wait(early)
	if err != nil {
		_ = s.queues.wait(ctx) // they have no time any more, and count what they could not send
	}
	s.close.Do(func() { close(s.closing) })
	if err := errors.Join(err, s.totals.wait(ctx)); err != nil {
		return fmt.Errorf("send the last by OTLP: %w", err)
	}
	return nil
}
