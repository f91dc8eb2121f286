package command

import (
	"errors"
	"reflect"
	"slices"

	"github.com/go-usdt/usdt/internal/export/config"
)

// apply carries out a configuration in place of the one before. Entries that are the same in both
// go on without a gap.
func (e *exporter) apply(c *config.Config) error {
	known, err := typeFiles(c.Types).open(e.reader)
	if err != nil {
		return err
	}
	before, same := e.jobs(), reflect.DeepEqual(c.Types, e.config.Types)
	var jobs, added []*job
	for _, j := range e.entries(c) {
		i := slices.IndexFunc(before, func(old *job) bool {
			return same && old.kind() == j.kind() && reflect.DeepEqual(old.entry, j.entry)
		})
		if i >= 0 {
			j = before[i]
			before = slices.Delete(slices.Clone(before), i, i+1)
		} else {
			added = append(added, j)
		}
		jobs = append(jobs, j)
	}
	for _, j := range added {
		e.ready.Store(false) // until its probes are found
		e.join(j)
	}
	for _, j := range added {
		e.begin(j, known)
	}
	e.mu.Lock()
	e.current, e.config = jobs, c
	e.mu.Unlock()
	e.stop(before)
	return nil
}

// join gives a job the population that it means, which other entries may have.
func (e *exporter) join(j *job) {
	i := slices.IndexFunc(e.populations, func(p *population) bool { return p.is(j.source.From) })
	if i < 0 {
		i = len(e.populations)
		e.populations = append(e.populations, newPopulation(j.source.From))
	}
	j.population = e.populations[i]
	j.population.entries = append(j.population.entries, j)
}

// begin gives a job what it needs to find its probes.
func (e *exporter) begin(j *job, known descriptions) {
	j.told = make(map[string]bool)
	if j.population.members == nil {
		_ = e.refresh(j.population) // it has told why
	}
	v := newInventory(j.population.scope)
	v.everywhere = j.population.scope.all || j.population.processes() != nil
	v.reader, v.descriptions = e.reader, known
	v.findsGoroutines = j.findsGoroutines
	j.selection = &selection{scope: j.population.scope, inventory: v, patterns: j.patterns}
	e.extendNamed(j)
	e.addAll(j.population)
}

// stop detaches jobs beside all else, and forgets the processes that only they meant.
func (e *exporter) stop(jobs []*job) {
	for _, j := range jobs {
		p := j.population
		p.entries = slices.DeleteFunc(p.entries, func(of *job) bool { return of == j })
		e.closing.Go(func() {
			if err := errors.Join(j.detach(), j.close()); err != nil {
				e.log.Warn("a tracing was not closed", j.kind(), j.name(), "why", err)
			}
		})
	}
	for pid := range e.traced { // the others may not use all files of these
		e.again[pid] = true
	}
	e.populations = slices.DeleteFunc(e.populations, func(p *population) bool {
		if len(p.entries) == 0 {
			_ = p.close() // programs keep the set that they use
		}
		return len(p.entries) == 0
	})
}

// entries returns the entries of a configuration, which are not traced yet.
func (e *exporter) entries(c *config.Config) (jobs []*job) {
	for _, m := range c.Metrics {
		j := &job{source: m.Source}
		m.Line = 0 // an entry may move
		j.entry = m
		j.exported = newExportedMetric(m, e.names, func() {
			e.log.Warn("the metric has no room for further series; their hits are in the series other",
				"metric", m.BaseName(), "max_series", m.MaxSeries)
		})
		texts := m.Probes
		if !m.Pair.IsZero() {
			texts, j.findsGoroutines = patternsOf(m.Pair), true
		}
		j.patterns, _ = parsePatterns(texts) // the configuration has been checked
		jobs = append(jobs, j)
	}
	return append(jobs, e.eventEntries(c)...)
}

// eventEntries returns the entries that become spans and records.
func (e *exporter) eventEntries(c *config.Config) (jobs []*job) {
	add := func(s config.Source, entry any, texts []string, one exported, r *received) *job {
		r.names, r.sink = e.names, e.sink
		patterns, _ := parsePatterns(texts) // the configuration has been checked
		j := &job{source: s, entry: entry, patterns: patterns, exported: one}
		jobs = append(jobs, j)
		return j
	}
	failed := func(err error) { e.log.Error("events are not received any more", "why", err) }
	for _, c := range c.Spans {
		s := &exportedSpan{config: c, failed: failed}
		c.Line = 0 // an entry may move
		add(c.Source, c, patternsOf(c.Pair), s, &s.received).findsGoroutines = true
	}
	for _, c := range c.Logs {
		l := newExportedLog(c)
		l.failed, c.Line = failed, 0
		add(c.Source, c, c.Probes, l, &l.received)
	}
	return jobs
}
