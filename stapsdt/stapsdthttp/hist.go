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
	h := &histograms{query: q, began: time.Now(), groups: make(map[any]*histogram.Histogram)}
	for _, v := range s.order {
		h.probes = append(h.probes, v.name)
	}
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
	group := h.groups[by]
	if group == nil || group.Counts[h.query.scale.Bucket(bits, signed)] == 0 {
		if h.buckets == maxBuckets {
			h.lost++
			return
		}
		h.buckets++
	}
	if group == nil {
		group = &histogram.Histogram{Scale: h.query.scale}
		h.groups[by] = group
	}
	group.Add(bits, signed)
}

func (h *histograms) reading(at time.Time, lost uint64) any {
	r := reading.Hist{
		Time: at, Seconds: at.Sub(h.began).Seconds(), Probes: h.probes, Arg: h.query.arg.json(),
		Groups: []reading.Group{}, Unreadable: h.unreadable, Lost: h.lost + lost,
	}
	for by, group := range h.groups {
		r.Groups = append(r.Groups, reading.Group{By: by, Figures: reading.NewFigures(group)})
	}
	slices.SortFunc(r.Groups, func(a, b reading.Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), compareGroups(a.By, b.By))
	})
	return r
}
