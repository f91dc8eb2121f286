package command

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

// collect is Setup.Collect. It asks the kernel only, no process.
func (e *exporter) collect(ctx context.Context) ([]front.Family, error) {
	jobs := e.jobs()
	families, err := e.readAll(ctx, jobs)
	if err != nil {
		return nil, err
	}
	return append(families, e.own(jobs)...), nil
}

// readAtOnce is how many metrics are read at a time, whoever asks for them: each takes a thread. To
// read one is mostly to wait for a grace period of the kernel, which those who begin together have
// in common.
const readAtOnce = 32

// readAll reads the metrics among the entries, in their order.
func (e *exporter) readAll(ctx context.Context, jobs []*job) (families []front.Family, err error) {
	read := make([]*front.Family, len(jobs)) // nil: there is nothing to read yet
	var all sync.WaitGroup
	for i, j := range jobs {
		m, isMetric := j.exported.(*exportedMetric)
		if !isMetric {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		e.reading <- struct{}{}
		all.Go(func() {
			defer func() { <-e.reading }()
			read[i] = e.readMetric(m)
		})
	}
	all.Wait()
	for _, f := range read {
		if f != nil {
			families = append(families, *f)
		}
	}
	return families, ctx.Err()
}

// readMetric reads a metric; nil if there is nothing to read yet.
func (e *exporter) readMetric(m *exportedMetric) *front.Family {
	f, ok, err := m.read()
	if err != nil {
		e.log.Warn("a metric was not read whole", "metric", m.name(), "why", err)
	}
	if !ok {
		return nil
	}
	return &f
}

// drainInterval is how often the metrics are read even if nobody asks: the kernel has room for the
// groups of a while, and processes that have ended are known for a while.
const drainInterval = 10 * time.Second

// drainProcesses is after how many new processes the metrics are read, too: the kernel has room for
// the groups of 4096 at least.
const drainProcesses = 1 << 9

// drain reads the metrics again and again until ctx is done.
func (e *exporter) drain(ctx context.Context) {
	tick := time.NewTicker(drainInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-e.crowded:
		}
		_, _ = e.collect(ctx) // it has told why, unless ctx is done
	}
}

// trace takes note that a process has probes which are traced.
func (e *exporter) trace(pid int) {
	if e.traced[pid] {
		return
	}
	e.traced[pid] = true
	if e.begun++; e.begun < drainProcesses {
		return
	}
	e.begun = 0
	select {
	case e.crowded <- struct{}{}:
	default: // it is to be done already
	}
}

// own returns the exporter's own metrics.
func (e *exporter) own(jobs []*job) []front.Family {
	const prefix = "usdt_export_"
	one := func(name, help string, kind front.Kind, value float64) front.Family {
		return front.Family{
			Name: prefix + name, Help: help, Kind: kind, Points: []front.Point{e.point(value)},
		}
	}
	build := one("build_info", "What the exporter is.", front.Gauge, 1)
	build.Labels = []string{"version", "goversion"}
	build.Points[0].Labels = []string{moduleVersion(), runtime.Version()}
	all := []front.Family{
		build,
		one("processes", "Processes with probes that are traced.", front.Gauge,
			float64(e.processes.Load())),
		one("reloads", "Configurations that were taken over after the first.", front.Counter,
			float64(e.reloads.Load())),
		one("reloads_failed", "Configurations that were refused.", front.Counter,
			float64(e.refused.Load())),
	}
	errors := front.Family{
		Name: prefix + "attach_errors", Kind: front.Counter, Labels: []string{"entry"},
		Help: "Attempts to attach to probes that failed.",
	}
	for _, j := range jobs {
		errors.Points = append(errors.Points, e.point(float64(j.failed.Load()), j.entryName()))
	}
	return append(append(append(all, errors), e.ownOfMetrics(jobs)...), e.ownOfEvents(jobs)...)
}

// ownOfEvents returns what the exporter says of spans and records.
func (e *exporter) ownOfEvents(jobs []*job) []front.Family {
	labels := []string{"signal", "name"}
	events := front.Family{
		Name: "usdt_export_events", Kind: front.Counter, Labels: labels,
		Help: "Spans and log records that were handed on.",
	}
	lost := front.Family{
		Name: "usdt_export_events_lost", Kind: front.Counter, Labels: labels,
		Help: "Spans and log records that came faster than they were received.",
	}
	for _, j := range jobs {
		one, isOfEvents := j.exported.(exportedEvents)
		if !isOfEvents {
			continue
		}
		handedOn, unread := one.counted()
		events.Points = append(events.Points, e.point(float64(handedOn), j.kind(), j.name()))
		lost.Points = append(lost.Points, e.point(float64(unread), j.kind(), j.name()))
	}
	return []front.Family{events, lost}
}

// ownOfMetrics returns what the exporter says of each metric.
func (e *exporter) ownOfMetrics(jobs []*job) []front.Family {
	family := func(name, help string, kind front.Kind) front.Family {
		return front.Family{
			Name: "usdt_export_" + name, Help: help, Kind: kind, Labels: []string{"metric"},
		}
	}
	hits := family("hits", "Hits that are in the metric.", front.Counter)
	missed := family("missed", "Hits that are not, as far as the kernel counts them.", front.Counter)
	over := family("overflow_hits", "Hits in the series other.", front.Counter)
	series := family("series", "Series that the metric has.", front.Gauge)
	for _, j := range jobs {
		m, isMetric := j.exported.(*exportedMetric)
		if !isMetric {
			continue
		}
		f := m.figures()
		add := func(to *front.Family, n uint64) {
			to.Points = append(to.Points, e.point(float64(n), m.name()))
		}
		add(&hits, f.Hits)
		add(&missed, m.unread.Load())
		add(&over, f.Overflow)
		add(&series, f.Series)
	}
	return []front.Family{hits, missed, over, series}
}

// point returns a point of the exporter itself.
func (e *exporter) point(value float64, labels ...string) front.Point {
	return front.Point{Labels: labels, Resource: e.resource, Start: e.began, Value: value}
}
