package stapsdthttp

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

func serveLatency(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.RawQuery, "start", "end", "key", "by", "where", "seconds",
		"interval", "buffer", "text")
	if err != nil {
		return err
	}
	if q.start == "" || q.end == "" || q.start == q.end {
		return badQuery("from which probe to which? give start=PROVIDER:PROBE and end=PROVIDER:PROBE")
	}
	q.patterns = []string{q.start, q.end}
	q.isPair = true
	s, err := q.open(q.needBy((*view).placeIfAny, need{q.key, (*view).integer})...)
	if err != nil {
		return err
	}
	defer s.close()
	for i, a := range q.by {
		if !slices.ContainsFunc(s.order, func(v *view) bool { return v.needs[1+i] != noPlace }) {
			return badQuery("by: neither %s nor %s has the argument %v", q.start, q.end, a.json())
		}
	}
	l := &latency{
		query: q, began: time.Now(), open: newOpenStarts(reading.MaxOpen),
		times: newHistograms(q, nil),
	}
	return q.serveTally(w, r, &eventTally{s, l.add, l.reading})
}

// latency measures the time from a start to the end with the same key.
type latency struct {
	query       *query
	began       time.Time
	open        *openStarts
	all         histogram.Histogram
	times       *histograms // of the groups
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
		s := start{key: key, time: v.event.Time, isHidden: v.isHidden}
		if len(l.query.by) > 0 {
			g := v.group(v.needs[1:], group{})
			s.group = &g
		}
		if l.open.put(s) {
			l.startsAgain++
		}
	default:
		l.addEnd(v, key)
	}
}

// addEnd takes an end. The group has the values of the start, and those of the end that it lacks.
func (l *latency) addEnd(v *view, key uint64) {
	s, ok := l.open.take(key)
	switch {
	case !ok:
		l.endsAlone++
		return
	case s.isHidden:
		l.hidden++
		return
	}
	took := uint64(v.event.Time.Sub(s.time)) // #nosec G115 -- times never go back
	if s.group != nil && !l.times.addTo(v.group(v.needs[1:], *s.group), took, false) {
		return
	}
	l.all.Add(took, false)
}

func (l *latency) reading(at time.Time, lost uint64) any {
	groups, others := l.times.read()
	return reading.Latency{
		Time: at, Seconds: at.Sub(l.began).Seconds(), Start: l.query.start, End: l.query.end,
		Key: l.query.key.json(), Unit: "ns", Figures: reading.NewFigures(&l.all),
		Groups: groups, Others: others, Open: l.open.waiting, FellOut: l.open.fellOut,
		EndsAlone: l.endsAlone, Hidden: l.hidden, StartsAgain: l.startsAgain,
		Unreadable: l.unreadable, Lost: l.times.lost + lost,
	}
}
