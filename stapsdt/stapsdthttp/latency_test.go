package stapsdthttp

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestLatency(t *testing.T) {
	p := newProvider(t, "latency")
	start := stapsdt.MustProbe2[int, string](p, "start", "id", "s")
	end := stapsdt.MustProbe2[string, int](p, "end", "s", "id")
	s := openStream(t, newServer(t)+
		"latency?interval=0.1&seconds=600&start=latency:start&end=latency:end&key=id&where=s+==+%22yes%22")
	start.Fire(1, "yes")
	start.Fire(2, "yes")
	start.Fire(2, "yes")
	start.Fire(3, "no")
	start.Fire(4, "yes")
	time.Sleep(40 * time.Millisecond) // at least; the times of a listener are a little wrong
	end.Fire("", 2)
	end.Fire("", 3)
	end.Fire("", 1)
	end.Fire("", 1)
	got := awaitReading(t, s, func(l reading.Latency) bool { return l.Count == 2 && l.EndsAlone == 1 })
	want := reading.Latency{
		Start: "latency:start", End: "latency:end", Key: "id", Unit: "ns", Open: 1, EndsAlone: 1,
		Hidden:      1,
		StartsAgain: 1,
	}
	if diff := cmp.Diff(want, got, withoutIntervals, withoutFigures); diff != "" {
		t.Errorf("latency (-want +got):\n%s", diff)
	}
	if got.Count != 2 || *got.P50 < 20e6 || *got.P50 > 60e9 {
		t.Errorf("figures %+v", got.Figures)
	}
}

// TestLatencyGroups groups by an argument of the start, and by one that only the end has.
func TestLatencyGroups(t *testing.T) {
	p := newProvider(t, "latencyby")
	start := stapsdt.MustProbe2[int, string](p, "start", "id", "s")
	end := stapsdt.MustProbe3[string, int, bool](p, "end", "s", "id", "ok")
	url := newServer(t) + "latency?interval=0.1&seconds=600&start=latencyby:start&end=latencyby:end" +
		"&key=id&by="
	for by, want := range map[string]map[string]uint64{
		"s": {`"a"`: 4, `"b"`: 2}, "ok": {"true": 3, "false": 3},
		"ok,s": {`[true,"a"]`: 2, `[false,"a"]`: 2, `[true,"b"]`: 1, `[false,"b"]`: 1},
	} {
		s := openStream(t, url+by)
		for id := range 9 {
			start.Fire(id, []string{"a", "a", "b"}[id%3])
		}
		for id := range 6 {
			end.Fire("end", id, id%2 == 0)
		}
		r := awaitReading(t, s, func(l reading.Latency) bool { return l.Count == 6 && l.Open == 3 })
		got := make(map[string]uint64)
		for _, g := range r.Groups {
			by, err := json.Marshal(g.By)
			if err != nil {
				t.Fatal(err)
			}
			got[string(by)] += g.Count
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", by, diff)
		}
	}
	response, text := get(t, url+"x")
	if response.StatusCode != 400 || !strings.Contains(text, "neither latencyby:start nor ") {
		t.Errorf("by=x: %d %s", response.StatusCode, text)
	}
}

// TestLatencyUnreadable: a later probe has no key.
func TestLatencyUnreadable(t *testing.T) {
	p := newProvider(t, "latencykey")
	start := stapsdt.MustProbe1[int](p, "start", "id")
	end := stapsdt.MustProbe1[int](p, "end", "id")
	s := openStream(t, newServer(t)+
		"latency?interval=0.1&seconds=600&start=latencykey:start&end=latencykey:end&key=id")
	other := stapsdt.MustProbe1[int](newProvider(t, "latencykey"), "end", "n")
	start.Fire(1)
	other.Fire(1)
	end.Fire(1)
	r := awaitReading(t, s, func(l reading.Latency) bool { return l.Count == 1 })
	if r.Unreadable != 1 || r.EndsAlone+r.Open != 0 {
		t.Errorf("%+v", r)
	}
}

// TestLatencyGroupsAreBounded: groups for which there is no room have a histogram together. What
// has no room in a group is lost, and not in the whole either.
func TestLatencyGroupsAreBounded(t *testing.T) {
	q := &query{by: []argument{{name: "by"}}}
	l := &latency{query: q, open: newOpenStarts(reading.MaxOpen), times: newHistograms(q, nil)}
	l.times.buckets = maxBuckets - 1
	now := time.Now()
	end := &view{event: &stapsdt.Event{Time: now}, needs: []int{0, noPlace}}
	of := func(by string) *group { return &group{values: [maxValues]any{by}} }
	for key, by := range []string{"has room", "has none", "has room"} {
		l.open.put(start{key: uint64(key), time: now, group: of(by)}) // #nosec G115 -- an index
		l.addEnd(end, uint64(key))                                    // #nosec G115 -- an index
	}
	end.event.Time = now.Add(time.Second)
	l.open.put(start{time: now, group: of("has room")})
	l.addEnd(end, 0)
	r := l.reading(now, 0).(reading.Latency)
	if r.Lost != 1 || r.Count != 3 || len(r.Groups) != 1 || r.Groups[0].Count != 2 ||
		r.Groups[0].Unplaced != 1 || r.Others == nil || r.Others.Count != 1 {
		t.Errorf("%d lost, %d counted in %+v, %+v", r.Lost, r.Count, r.Groups, r.Others)
	}
}
