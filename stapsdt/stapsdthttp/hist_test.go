package stapsdthttp

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// histOf awaits histograms of so many hits.
func histOf(t *testing.T, s *stream, hits uint64) reading.Hist {
	t.Helper()
	return awaitReading(t, s, func(h reading.Hist) bool {
		n := h.Lost + h.Unreadable
		for _, g := range h.Groups {
			n += g.Count
		}
		if h.Others != nil {
			n += h.Others.Count
		}
		return n == hits
	})
}

func TestHist(t *testing.T) {
	p := newProvider(t, "hist")
	probe := stapsdt.MustProbe4[int64, string, bool, time.Duration](p, "p", "n", "s", "ok", "took")
	url := newServer(t) + "hist?interval=0.1&seconds=600&probe=hist:p&arg=n"
	type bucket struct {
		lo, hi string
		count  uint64
	}
	summary := func(g reading.Group) []any {
		all := []any{g.By, g.Count}
		for _, b := range g.Buckets {
			ends := [2]string{"none", "none"}
			for i, end := range []*json.Number{b.Lo, b.Hi} {
				if end != nil {
					ends[i] = end.String()
				}
			}
			all = append(all, bucket{ends[0], ends[1], b.Count})
		}
		return all
	}
	for query, want := range map[string][][]any{
		"": {{nil, uint64(4), bucket{"-1", "0", 0}, bucket{"1", "2", 2}, bucket{"5", "6", 1}}},
		"&by=s": {
			{"one", uint64(2), bucket{"1", "2", 2}}, {"", uint64(1), bucket{"5", "6", 1}},
			{strings.Repeat("x", maxGroupText), uint64(1), bucket{"-1", "0", 0}},
		},
		"&by=ok&where=n>0": {
			{true, uint64(2), bucket{"1", "2", 2}}, {false, uint64(1), bucket{"5", "6", 1}},
		},
		"&linear=0,4,2": {
			{nil, uint64(4), bucket{"none", "0", 1}, bucket{"0", "2", 2}, bucket{"4", "none", 1}},
		},
	} {
		t.Run(query, func(t *testing.T) {
			hits := uint64(0)
			for _, g := range want {
				hits += g[1].(uint64)
			}
			s := openStream(t, url+query)
			probe.Fire(1, "one", true, 1)
			probe.Fire(1, "one", true, 1)
			probe.Fire(5, "", false, 1)
			probe.Fire(-1, strings.Repeat("x", maxGroupText+1), false, 1)
			h := histOf(t, s, hits)
			var got [][]any
			for _, g := range h.Groups {
				got = append(got, summary(g))
			}
			if query == "" { // the bucket of -1 is written from the other side
				want[0][2] = got[0][2]
				if b := got[0][2].(bucket); b.count != 1 || b.hi != "-1" {
					t.Errorf("the bucket of -1 is %+v", b)
				}
			}
			if query == "&by=s" {
				want[2][2] = got[2][2]
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(bucket{})); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
			if h.Unreadable+h.Lost != 0 || len(h.Probes) != 1 || h.Probes[0] != "hist:p" || h.Arg != "n" {
				t.Errorf("%+v", h)
			}
		})
	}
}

func TestHistGroupsOfFloats(t *testing.T) {
	p := newProvider(t, "floats")
	probe := stapsdt.MustProbe2[float64, uint8](p, "q", "f", "n")
	s := openStream(t, newServer(t)+"hist?interval=0.1&seconds=600&probe=floats:q&arg=n&by=f")
	for range 2 {
		probe.Fire(math.NaN(), 1)
		probe.Fire(1.5, 1)
	}
	h := histOf(t, s, 4)
	if len(h.Groups) != 2 || h.Groups[0].By != "NaN" || h.Groups[1].By != 1.5 ||
		h.Groups[1].Count != 2 {
		t.Errorf("%+v", h.Groups)
	}
}

func TestHistBucketsAreBounded(t *testing.T) {
	p := newProvider(t, "buckets")
	probe := stapsdt.MustProbe2[int, int](p, "p", "n", "by")
	s := openStream(t, newServer(t)+
		"hist?interval=0.1&seconds=600&arg=n&by=by&probe=buckets:p&buffer=16777216")
	for n := range maxBuckets + 10 {
		probe.Fire(n%16, n/16)
	}
	probe.Fire(5, 0)
	probe.Fire(16, 0)
	h := histOf(t, s, maxBuckets+12)
	var total uint64
	for _, g := range h.Groups {
		total += g.Count
	}
	if h.Lost != 1 || h.Groups[0].Unplaced != 1 || total != maxBuckets+1 ||
		h.Others == nil || h.Others.Count != 10 {
		t.Errorf("%d lost, %d counted, others %+v", h.Lost, total, h.Others)
	}
}
