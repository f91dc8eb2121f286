package command

import (
	"sync"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countsAt has what a program has counted: its newest reading, and the stats of all intervals since
// the last report, of which a program sends several for one of a report. It is safe for concurrent
// use.
type countsAt struct {
	by    grouping
	added *addedUp

	mu     sync.Mutex
	newest reading.Count
	came   *groupRows
	err    error // of a reading that cannot be understood
}

// take takes a reading.
func (c *countsAt) take(r reading.Count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.newest = r
	if c.err != nil || len(c.added.args) == 0 {
		return
	}
	c.err = c.each(r, func(row countRow, _ uint64, interval map[string]reading.Stats) error {
		stats, err := c.added.read(interval)
		c.came.add(row, 0, stats)
		return err
	})
}

// addTo sets rows to the newest reading, which it returns, and adds the stats since the last time.
func (c *countsAt) addTo(rows *groupRows) (reading.Count, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.newest, c.err
	}
	rows.clear()
	err := c.each(c.newest, func(row countRow, total uint64, _ map[string]reading.Stats) error {
		rows.add(row, total, nil)
		return nil
	})
	rows.takeStats(c.came)
	return c.newest, err
}

// each calls f for the rows of a reading until there is an error.
func (c *countsAt) each(
	r reading.Count, f func(row countRow, total uint64, interval map[string]reading.Stats) error,
) error {
	for _, p := range r.Probes {
		key, err := c.by.read(p.By, p.Cut)
		if err == nil {
			err = f(newCountRow(namedProbe(p), c.by, key), p.Total, p.Stats)
		}
		if err != nil {
			return err
		}
	}
	if r.Others == nil {
		return nil
	}
	return f(countRow{isOthers: true}, *r.Others, r.OthersIntervalStats)
}

func namedProbe(p reading.ProbeCount) uprobe.Probe {
	return uprobe.Probe{Provider: p.Provider, Name: p.Probe}
}
