package stapsdthttp

import (
	"net/http"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

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
	q.isPair = true
	s, err := q.open(need{q.key, (*view).integer})
	if err != nil {
		return err
	}
	defer s.close()
	l := &latency{query: q, began: time.Now(), open: newOpenStarts(reading.MaxOpen)}
	return q.serveTally(w, r, &eventTally{s, l.add, l.reading})
}

// latency measures the time from a start to the end with the same key.
type latency struct {
	query       *query
	began       time.Time
	open        *openStarts
	times       histogram.Histogram
	endsAlone   uint64
	hidden      uint64
	startsAgain uint64
	unreadable  uint64
}

func (l *latency) add(v *view) {
	key, _, ok := v.Int(v.needs[0])
	switch {
	case !ok || v.isIncomplete:
		if !v.isHidden {
			l.unreadable++
		}
	case v.name == l.query.start:
		if l.open.put(start{key, v.event.Time, v.isHidden}) {
			l.startsAgain++
		}
	default:
		l.addEnd(key, v.event.Time)
	}
}

func (l *latency) addEnd(key uint64, at time.Time) {
	switch start, ok := l.open.take(key); {
	case !ok:
		l.endsAlone++
	case start.isHidden:
		l.hidden++
	default:
		l.times.Add(uint64(at.Sub(start.time)), false) // #nosec G115 -- times never go back
	}
}

func (l *latency) reading(at time.Time, lost uint64) any {
	return reading.Latency{
		Time: at, Seconds: at.Sub(l.began).Seconds(), Start: l.query.start, End: l.query.end,
		Figures: reading.NewFigures(&l.times), Open: l.open.waiting, FellOut: l.open.fellOut,
		EndsAlone: l.endsAlone, Hidden: l.hidden, StartsAgain: l.startsAgain,
		Unreadable: l.unreadable, Lost: lost,
	}
}
