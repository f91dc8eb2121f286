package command

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
)

// read adds what came, and returns the metric. It is not ok as long as its unit is not known.
func (m *exportedMetric) read() (f front.Family, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.metric == nil {
		return f, false, nil
	}
	now := time.Now()
	if m.source != nil {
		over := m.over(now)
		hits, failed := m.source.take(m.fit.labels, m.probes)
		m.metric.Add(hits, now)
		missed, uncounted := m.source.missed()
		m.unread.Store(missed)
		err = errors.Join(failed, uncounted)
		if len(over) > 0 && failed == nil {
			err = errors.Join(err, m.source.forget(m.fit.labels, over))
		}
	}
	return m.metric.Family(), true, err
}

const (
	// forgetInterval is how often a metric forgets processes that have ended, if they take little of
	// the room in the kernel.
	forgetInterval = 10 * time.Second

	// keepEnded is how long the series of a process are there after its end, to be scraped.
	keepEnded = 5 * time.Minute
)

// over returns the processes of which no more hits can come, now and then, and removes the series
// that are of such a process only.
func (m *exportedMetric) over(now time.Time) map[int]bool {
	over := m.source.processes()
	isCrowded := len(over) >= m.groups()/8
	if now.Sub(m.forgot) < forgetInterval && !isCrowded {
		return nil
	}
	m.forgot = now
	at := slices.IndexFunc(m.config.Labels, func(l config.Label) bool { return l.Of == config.OfPID })
	if at >= 0 {
		m.metric.Forget(now, keepEnded, func(labels []string) bool {
			pid, err := strconv.Atoi(labels[at])
			return err == nil && hasEnded(pid)
		})
	}
	maps.DeleteFunc(over, func(pid int, _ bool) bool { return !hasEnded(pid) })
	return over
}

// figures returns the numbers of the metric.
func (m *exportedMetric) figures() collect.Figures {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.metric == nil {
		return collect.Figures{}
	}
	return m.metric.Figures()
}
