package command

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An exportedMetric is a metric of the configuration, and what counts it in the kernel. It is
// attached in one goroutine, which may take as long as a file system does, and read in others.
type exportedMetric struct {
	config config.Metric
	names  *exportedProcesses
	full   func() // tells that there is no room for a series

	mu     sync.Mutex // held while what follows changes, and while it is read
	metric *collect.Metric
	fit    metricFit // what the first probe says
	probes []uprobe.Probe
	pair   pairParts
	fields pairFields   // if there are exemplars
	source metricSource // nil until there is a probe
	forgot time.Time    // when it looked for processes that are over

	exemplars received

	unread atomic.Uint64 // what was missed when it was read last
}

// newExportedMetric returns a metric that nobody counts yet. What is known of it without its probes
// is there at once.
func newExportedMetric(c config.Metric, names *exportedProcesses, full func()) *exportedMetric {
	m := &exportedMetric{config: c, names: names, full: full}
	if c.Type == config.Counter || !c.Pair.IsZero() || c.Unit != "" {
		m.metric = collect.New(m.spec(unitOfMetric(&c, nil)), time.Now())
	}
	return m
}

func (m *exportedMetric) attach(probes []uprobe.Probe, o uprobe.Options) (unfit, err error) {
	if !m.config.Pair.IsZero() {
		return m.attachPair(probes, o)
	}
	o.Filter = m.filter()
	var fitting []uprobe.Probe
	var errs []error
	for _, p := range probes {
		if err := m.fits(p, o.Filter); err != nil {
			errs = append(errs, err)
			continue
		}
		fitting = append(fitting, p)
	}
	if len(fitting) > 0 {
		err = m.attachFitting(fitting, o)
	}
	return errors.Join(errs...), err
}

func (m *exportedMetric) attachFitting(probes []uprobe.Probe, o uprobe.Options) error {
	known, later := index(m.probes, probes, nameKey)
	if m.source == nil {
		source, err := m.open(known, o)
		if err == nil {
			m.set(func() { m.probes, m.source = known, source })
		}
		return err
	}
	m.set(func() { m.probes = known }) // before there are hits of them
	return m.source.(probesSource).Attach(later)
}

// set changes what is read in other goroutines.
func (m *exportedMetric) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// open attaches to the first probes.
func (m *exportedMetric) open(
	probes []uprobe.Probe, o uprobe.Options,
) (probesSource, error) {
	value, _ := parseArgument(m.config.Value) // the configuration has been checked
	o.Groups = m.groups()
	switch m.config.Type {
	case config.Histogram:
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: value, By: m.fit.labels.by, Scale: m.metric.Scale(),
		})
		return &valueSource{Distribution: d}, err
	default:
		var stats []uprobe.Argument
		if m.config.Type != config.Counter {
			stats = append(stats, value)
		}
		o.Last = m.config.Type == config.Gauge
		c, err := uprobe.CountBy(probes, m.fit.labels.by, stats, o)
		return countSource{c}, err
	}
}

// groups returns for how many groups there is room in the kernel. Several can be one series: those
// of processes and, which is rare, those of a text that is cut, or that programs pass in two ways.
// What adds up hits begins anew after each reading, so it has more room: groups without a series
// must not take that of a series.
func (m *exportedMetric) groups() int {
	least, times := 1<<12, 4
	isOfValues := m.config.Type == config.Histogram || !m.config.Pair.IsZero()
	if isOfValues && !m.fit.labels.areOfProcesses() {
		least, times = 0, 2
	}
	return min(max(least, times*m.config.MaxSeries), uprobe.MaxGroups)
}

// filter returns the filter of the hits. A sum only grows: what is negative is left out.
func (m *exportedMetric) filter() filter.Expr {
	if m.config.Type != config.Sum {
		return m.config.Expr
	}
	value, _ := parseArgument(m.config.Value)
	text := value.String() + " >= 0"
	if m.config.Where != "" {
		text = "(" + m.config.Where + ") && " + text
	}
	if e, err := filter.Parse(text); err == nil {
		return e
	}
	return m.config.Expr // the name is none that a filter can have
}

// release is as that of a session.
func (m *exportedMetric) release(isGone func(uprobe.Site) bool) (wait func()) {
	if m.source == nil {
		return func() {}
	}
	return m.source.Release(isGone)
}

// detach detaches. What was counted by then can still be read.
func (m *exportedMetric) detach() error {
	if m.source == nil {
		return nil
	}
	if m.exemplars.tracing != nil {
		return m.exemplars.detach()
	}
	return detachUndisturbed(m.source)
}

// close frees what the kernel has. The metric stays as it was read last.
func (m *exportedMetric) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.source == nil {
		return nil
	}
	s := m.source
	m.source = nil
	return s.Close()
}

// name is what the log and the exporter's own metrics call it.
func (m *exportedMetric) name() string { return m.config.BaseName() }

func (m *exportedMetric) kind() string { return "metric" }

// errOther is the error of a probe that does not go with those before it.
func errOther(p uprobe.Probe, what string) error {
	return fmt.Errorf("%s has %s than the probes before it; make it a metric of its own",
		printable.Text(p.String()), what)
}
