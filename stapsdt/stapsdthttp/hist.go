package stapsdthttp

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// maxBuckets is how many buckets all histograms of a request may have together.
const maxBuckets = 16 << 10

func serveHist(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.RawQuery, "probe", "arg", "by", "where", "linear", "seconds",
		"interval", "buffer", "text")
	if err != nil {
		return err
	}
	if q.arg == noArgument {
		return badQuery("which argument? give arg=NAME or its number; the first is 0")
	}
	s, err := q.open(need{q.arg, (*view).integer}, need{q.by, (*view).place})
	if err != nil {
		return err
	}
	defer s.close()
	var names []string
	for _, v := range s.order {
		names = append(names, v.name)
	}
	h := newHistograms(q, names)
	return q.serveTally(w, r, &eventTally{s, h.add, h.reading})
}

// histograms are those of a request, by the values of an argument.
type histograms struct {
	query      *query
	began      time.Time
	probes     []string
	groups     map[any]*histogram.Histogram
	buckets    int    // of all groups
	unreadable uint64 // events without the arguments
	lost       uint64 // events for which there was no place
}

func newHistograms(q *query, probes []string) *histograms {
	return &histograms{
		query: q, began: time.Now(), probes: probes, groups: make(map[any]*histogram.Histogram),
	}
}

func (h *histograms) add(v *view) {
	if v.isIncomplete {
		h.unreadable++
		return
	}
	bits, signed, _ := v.Int(v.needs[0])
	var by any
	if v.needs[1] != noPlace {
		by, _ = v.group(v.needs[1])
	}
	h.addTo(by, bits, signed)
}

// addTo counts a value in a group, and reports whether there was room.
func (h *histograms) addTo(by any, bits uint64, signed bool) bool {
	group := h.groups[by]
	if group == nil || group.Counts[h.query.scale.Bucket(bits, signed)] == 0 {
		if h.buckets == maxBuckets {
			h.lost++
			return false
		}
		h.buckets++
	}
	if group == nil {
		group = &histogram.Histogram{Scale: h.query.scale}
		h.groups[by] = group
	}
	group.Add(bits, signed)
	return true
}

func (h *histograms) reading(at time.Time, lost uint64) any {
	return reading.Hist{
		Time: at, Seconds: at.Sub(h.began).Seconds(), Probes: h.probes, Arg: h.query.arg.json(),
		Groups: h.sorted(), Unreadable: h.unreadable, Lost: h.lost + lost,
	}
}

// sorted returns the groups, those with most values first, never nil.
func (h *histograms) sorted() []reading.Group {
	groups := []reading.Group{}
	for by, group := range h.groups {
		groups = append(groups, reading.Group{By: by, Figures: reading.NewFigures(group)})
	}
	slices.SortFunc(groups, func(a, b reading.Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), compareGroups(a.By, b.By))
	})
	return groups
}
