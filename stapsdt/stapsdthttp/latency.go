package stapsdthttp

import (
	"net/http"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// maxOpen is how many starts can wait for their ends at the same time.
const maxOpen = 1 << 16

func serveLatency(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.RawQuery, "start", "end", "key", "where", "seconds", "interval",
		"buffer", "text")
	if err != nil {
		return err
	}
	if q.start == "" || q.end == "" || q.start == q.end {
		return badQuery("from which probe to which? give start=PROVIDER:PROBE and end=PROVIDER:PROBE")
	}
	q.patterns = []string{q.start, q.end}
	q.unfiltered = q.end
	s, err := q.open(need{q.key, (*view).integer})
	if err != nil {
		return err
	}
	defer s.close()
	l := &latency{query: q, began: time.Now(), open: make(map[uint64]time.Time)}
	return q.serveTally(w, r, &eventTally{s, l.add, l.reading})
}

// latency measures the time from a start to the end with the same key.
type latency struct {
	query       *query
	began       time.Time
	open        map[uint64]time.Time // when the start was, by key
	times       histogram.Histogram
	endsAlone   uint64
	startsAgain uint64
	unreadable  uint64
	lost        uint64 // starts for which there was no room
}

func (l *latency) add(v *view) {
	key, _, ok := v.Int(v.needs[0])
	switch {
	case !ok || v.isIncomplete:
		l.unreadable++
	case v.name == l.query.start:
		l.addStart(key, v.event.Time)
	default:
		l.addEnd(key, v.event.Time)
	}
}

func (l *latency) addStart(key uint64, at time.Time) {
	_, again := l.open[key]
	switch {
	case again:
		l.startsAgain++
	case len(l.open) == maxOpen:
		l.lost++
		return
	}
	l.open[key] = at
}

func (l *latency) addEnd(key uint64, at time.Time) {
	start, ok := l.open[key]
	if !ok {
		l.endsAlone++
		return
	}
	delete(l.open, key)
	l.times.Add(uint64(at.Sub(start)), false) // #nosec G115 -- times of events never go back
}

func (l *latency) reading(at time.Time, lost uint64) any {
	return reading.Latency{
		Time: at, Seconds: at.Sub(l.began).Seconds(), Start: l.query.start, End: l.query.end,
		Figures: reading.NewFigures(&l.times), Open: uint64(len(l.open)), EndsAlone: l.endsAlone,
		StartsAgain: l.startsAgain, Unreadable: l.unreadable, Lost: l.lost + lost,
	}
}
