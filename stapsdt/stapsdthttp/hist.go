package stapsdthttp

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// maxBuckets is how many buckets all groups of a request may have together.
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
	s, err := q.open(q.needBy((*view).place, need{q.arg, (*view).integer})...)
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

// histograms are those of a request, by the values of arguments.
type histograms struct {
	query      *query
	began      time.Time
	probes     []string
	groups     map[group]*groupHistogram
	others     *groupHistogram // of all groups for which there is no room; nil if there are none
	buckets    int             // of all groups but others
	unreadable uint64          // events without the arguments
	lost       uint64          // events for which there was no place
}

// A groupHistogram has the values of a group.
type groupHistogram struct {
	histogram.Histogram
	unplaced uint64 // values that have no bucket because there are too many
}

func newHistograms(q *query, probes []string) *histograms {
	return &histograms{
		query: q, began: time.Now(), probes: probes, groups: make(map[group]*groupHistogram),
	}
}

func (h *histograms) add(v *view) {
	if v.isIncomplete {
		h.unreadable++
		return
	}
	bits, signed, _ := v.Int(v.needs[0])
	h.addTo(v.group(v.needs[1:], group{}), bits, signed)
}

// addTo counts a value in a group, and reports whether there was room.
func (h *histograms) addTo(by group, bits uint64, signed bool) bool {
	g := h.groups[by]
	isFull := h.buckets == maxBuckets
	switch {
	case g == nil && isFull:
		if h.others == nil {
			h.others = newGroupHistogram(h.query.scale)
		}
		g = h.others
	case g == nil:
		g = newGroupHistogram(h.query.scale)
		h.groups[by] = g
		h.buckets++
	case g.Counts[h.query.scale.Bucket(bits, signed)] > 0:
	case isFull:
		g.unplaced++
		h.lost++
		return false
	default:
		h.buckets++
	}
	g.Add(bits, signed)
	return true
}

func newGroupHistogram(s histogram.Scale) *groupHistogram {
	return &groupHistogram{Histogram: histogram.Histogram{Scale: s}}
}

func (h *histograms) reading(at time.Time, lost uint64) any {
	r := reading.Hist{
		Time: at, Seconds: at.Sub(h.began).Seconds(), Probes: h.probes, Arg: h.query.arg.json(),
		Unreadable: h.unreadable, Lost: h.lost + lost,
	}
	r.Groups, r.Others = h.read()
	return r
}

// read returns the groups, those with most values first, never nil.
func (h *histograms) read() (groups []reading.Group, others *reading.Group) {
	sorted := slices.SortedFunc(maps.Keys(h.groups), func(a, b group) int {
		return cmp.Or(cmp.Compare(h.groups[b].Total(), h.groups[a].Total()), compareGroups(a, b))
	})
	groups = []reading.Group{}
	for _, by := range sorted {
		groups = append(groups, h.groups[by].read(by))
	}
	if h.others != nil {
		g := h.others.read(group{})
		others = &g
	}
	return groups, others
}

func (g *groupHistogram) read(by group) reading.Group {
	return reading.Group{
		By: by.json(), Cut: by.isCut, Unplaced: g.unplaced, Figures: reading.NewFigures(&g.Histogram),
	}
}
