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
	s, err := q.open(need{q.key, (*view).integer}, need{q.by, (*view).placeIfAny})
	if err != nil {
		return err
	}
	defer s.close()
	if q.by != noArgument && !slices.ContainsFunc(s.order, hasGroup) {
		return badQuery("by: neither %s nor %s has that argument", q.start, q.end)
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
		if hasGroup(v) {
			s.group, _ = v.group(v.needs[1])
		}
		if l.open.put(s) {
			l.startsAgain++
		}
	default:
		l.addEnd(v, key)
	}
}

// hasGroup reports whether a probe has the argument to group by.
func hasGroup(v *view) bool { return v.needs[1] != noPlace }

// addEnd takes an end. The group is that of the start, if it has one.
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
	if l.query.by != noArgument {
		group := s.group
		if group == nil && hasGroup(v) {
			group, _ = v.group(v.needs[1])
		}
		if !l.times.addTo(group, took, false) {
			return
		}
	}
	l.all.Add(took, false)
}

func (l *latency) reading(at time.Time, lost uint64) any {
	return reading.Latency{
		Time: at, Seconds: at.Sub(l.began).Seconds(), Start: l.query.start, End: l.query.end,
		Key: l.query.key.json(), Unit: "ns", Figures: reading.NewFigures(&l.all),
		Groups: l.times.sorted(), Open: l.open.waiting, FellOut: l.open.fellOut,
		EndsAlone: l.endsAlone, Hidden: l.hidden, StartsAgain: l.startsAgain,
		Unreadable: l.unreadable, Lost: l.times.lost + lost,
	}
}
