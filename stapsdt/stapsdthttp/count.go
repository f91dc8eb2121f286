package stapsdthttp

import (
	"net/http"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// maxGroups is how many groups a count tells apart or, without arguments, names of probes, besides
// those that were open at the beginning. With stats, which take memory, it is divided by their
// number.
const maxGroups = 4096

func serveCount(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.RawQuery, "probe", "where", "by", "stats", "seconds", "interval",
		"buffer", "text")
	if err != nil {
		return err
	}
	if q.where == nil && len(q.by) == 0 && len(q.stats) == 0 {
		return q.countAll(w, r)
	}
	var needs []need
	for _, a := range q.stats {
		needs = append(needs, need{a, (*view).integer})
	}
	s, err := q.open(q.needBy((*view).place, needs...)...)
	if err != nil {
		return err
	}
	defer s.close()
	c := newCounts(q.stats)
	if len(q.by) == 0 {
		for _, v := range s.order {
			c.index(v.probe, group{})
		}
	}
	return q.serveTally(w, r, &eventTally{s, c.add, c.reading})
}

// countAll counts without looking at events, which costs the program less.
func (q *query) countAll(w http.ResponseWriter, r *http.Request) error {
	if _, err := q.match(); err != nil {
		return err
	}
	giveBack, err := reserve(0)
	if err != nil {
		return err
	}
	defer giveBack()
	counter, err := stapsdt.Count(q.patterns...)
	if err != nil {
		return badQuery("%v", err)
	}
	defer counter.Close()
	t := &counterTally{counter, newCounts(nil)}
	for _, c := range counter.Counts() {
		t.counts.index(c.Probe, group{})
	}
	return q.serveTally(w, r, t)
}

type counterTally struct {
	counter *stapsdt.Counter
	counts  *counts
}

func (t *counterTally) collect(done <-chan struct{}) { <-done }

func (t *counterTally) finish() { t.counter.Close() }

func (t *counterTally) reading(at time.Time) any {
	c := t.counts
	c.missed = t.counter.Missed() // first: what moves there meanwhile is in no sum twice
	sums := make(map[int]uint64)
	for _, n := range t.counter.Counts() {
		if i, ok := c.place(n.Probe, group{}); ok {
			sums[i] += n.Fires
		} else {
			c.missed += n.Fires
		}
	}
	for i, total := range c.totals {
		if sums[i] < total { // the counter has it among those that it has missed, or will have
			c.missed -= min(total-sums[i], c.missed)
		} else {
			c.totals[i] = sums[i]
		}
	}
	return c.reading(at, 0)
}

// counted is what a count tells apart: the name of a probe, which several providers can have, and
// the group if there are some.
type counted struct {
	provider, probe string
	by              group
}

func countedOf(p *stapsdt.Probe, by group) counted {
	return counted{p.Provider().Name(), p.Name(), by}
}

// counts are how often probes were fired.
type counts struct {
	indexes map[counted]int
	list    []counted
	totals  []uint64 // since the beginning, by index
	before  []uint64 // until the last reading, by index
	readAt  time.Time
	others  uint64 // events of groups for which there is no room
	missed  uint64 // events without a place, or without the argument

	args        []argument // that are added up
	stats       []addedUp  // by index
	othersStats addedUp
}

func newCounts(args []argument) *counts {
	return &counts{
		indexes: make(map[counted]int), readAt: time.Now(), args: args, othersStats: newAddedUp(args),
	}
}

// index returns the index of what is counted.
func (c *counts) index(p *stapsdt.Probe, by group) int {
	key := countedOf(p, by)
	i, known := c.indexes[key]
	if !known {
		i = len(c.list)
		c.indexes[key] = i
		c.list = append(c.list, key)
		c.totals, c.before = append(c.totals, 0), append(c.before, 0)
		c.stats = append(c.stats, newAddedUp(c.args))
	}
	return i
}

// place returns the index of what is counted, if there is one or room for it.
func (c *counts) place(p *stapsdt.Probe, by group) (i int, ok bool) {
	isFull := len(c.list) >= maxGroups/max(1, len(c.args))
	if _, known := c.indexes[countedOf(p, by)]; !known && isFull {
		return 0, false
	}
	return c.index(p, by), true
}

func (c *counts) add(v *view) {
	if v.isIncomplete {
		c.missed++
		return
	}
	args, by := v.needs[:len(c.args)], v.needs[len(c.args):]
	if i, ok := c.place(v.probe, v.group(by, group{})); ok {
		c.totals[i]++
		c.stats[i].add(v, args)
	} else if len(by) > 0 {
		c.others++
		c.othersStats.add(v, args)
	} else {
		c.missed++
	}
}

func (c *counts) reading(at time.Time, lost uint64) any {
	r := reading.Count{
		Time: at, Seconds: at.Sub(c.readAt).Seconds(), Probes: []reading.ProbeCount{},
		Missed: c.missed + lost,
	}
	for i, key := range c.list {
		r.Probes = append(r.Probes, reading.ProbeCount{
			Provider: key.provider, Probe: key.probe, By: key.by.json(), Cut: key.by.isCut,
			Hits: c.totals[i] - c.before[i], Total: c.totals[i],
			Stats: c.stats[i].interval(), TotalStats: c.stats[i].whole(),
		})
		c.stats[i].next()
	}
	if c.others > 0 {
		r.Others = &c.others
		r.OthersIntervalStats, r.OthersStats = c.othersStats.interval(), c.othersStats.whole()
		c.othersStats.next()
	}
	copy(c.before, c.totals)
	c.readAt = at
	return r
}
