package command

import (
	"io"

	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// countJSON writes an object for each reading, in one line.
type countJSON struct {
	w    io.Writer
	view *countView
}

func (c countJSON) write(r countReading, _ bool) error {
	j := reading.Count{
		Time: r.to, Seconds: r.to.Sub(r.from).Seconds(), Missed: r.missed,
		Probes: []reading.ProbeCount{}, // never null
		Units:  c.view.added.jsonUnits(),
	}
	shown := c.view.chosen(r)
	for _, i := range shown {
		row := r.rows[i]
		if row.isOthers {
			j.Others = &r.totals[i]
			j.OthersStats = c.view.added.json(elementOrZero(r.allStats, i))
			j.OthersIntervalStats = c.view.added.json(elementOrZero(r.stats, i))
			continue
		}
		j.Probes = append(j.Probes, reading.ProbeCount{
			Provider: row.probe.Provider, Probe: row.probe.Name, By: row.by, Cut: row.isCut,
			Hits: r.hits[i], Total: r.totals[i], Stack: row.stack.json(),
			Stats:      c.view.added.json(elementOrZero(r.stats, i)),
			TotalStats: c.view.added.json(elementOrZero(r.allStats, i)),
		})
	}
	j.More = len(r.rows) - len(shown)
	return writeJSONLine(c.w, j)
}
