package stapsdthttp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// awaitReading returns the first reading that is complete, or the last one.
func awaitReading[R reading.Count | reading.Hist | reading.Latency](
	t *testing.T, s *stream, isComplete func(R) bool,
) (r R) {
	t.Helper()
	defer s.cancel()
	for s.Scan() {
		times := parse[map[string]any](t, s.Text())
		at, err := time.Parse(time.RFC3339Nano, times["time"].(string))
		seconds, _ := times["seconds"].(json.Number).Float64()
		if err != nil || time.Since(at).Abs() > time.Hour || seconds <= 0 {
			t.Errorf("bad times: %s", s.Text())
		}
		r = *new(R)
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if isComplete(r) {
			break
		}
	}
	return r
}

// countOf awaits a count of so many hits.
func countOf(t *testing.T, s *stream, hits uint64) reading.Count {
	t.Helper()
	return awaitReading(t, s, func(c reading.Count) bool {
		n := c.Missed
		for _, p := range c.Probes {
			n += p.Total
		}
		if c.Others != nil {
			n += *c.Others
		}
		return n == hits
	})
}

var withoutFigures = cmpopts.IgnoreTypes(reading.Figures{})

var withoutIntervals = cmp.FilterPath(func(p cmp.Path) bool {
	name := p.Last().String()
	return name == ".Time" || name == ".Seconds" || name == ".Hits"
}, cmp.Ignore())

func TestCount(t *testing.T) {
	p := newProvider(t, "count")
	first := stapsdt.MustProbe2[int, string](p, "first", "n", "s")
	second := stapsdt.MustProbe2[int, string](p, "second", "n", "s")
	stapsdt.MustProbe0(p, "never")
	url := newServer(t) + "count?interval=0.1&seconds=600&probe=count:"
	entry := func(probe string, by any, hits uint64) reading.ProbeCount {
		return reading.ProbeCount{Provider: "count", Probe: probe, By: by, Total: hits}
	}
	for query, want := range map[string][]reading.ProbeCount{
		"*": {
			entry("first", nil, 10), entry("second", nil, 5), entry("never", nil, 0),
		},
		"first&probe=count:s*&where=n+<+3": {entry("first", nil, 3), entry("second", nil, 3)},
		"first&by=s":                       {entry("first", "even", 5), entry("first", "odd", 5)},
		"first&by=n&where=n+>=+8":          {entry("first", 8., 1), entry("first", 9., 1)},
	} {
		t.Run(query, func(t *testing.T) {
			s := openStream(t, url+query)
			for n := range 10 {
				first.Fire(n, []string{"even", "odd"}[n%2])
				if n < 5 {
					second.Fire(n, "")
				}
			}
			hits := uint64(0)
			for _, p := range want {
				hits += p.Total
			}
			got := countOf(t, s, hits)
			if diff := cmp.Diff(reading.Count{Probes: want}, got, withoutIntervals); diff != "" {
				t.Errorf("count (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCountIntervals: the hits of all intervals are the total.
func TestCountIntervals(t *testing.T) {
	p := newProvider(t, "intervals")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	for _, where := range []string{"", "&where=n>=0"} {
		s := openStream(t, newServer(t)+"count?seconds=600&interval=0.1&probe=intervals:p"+where)
		var hits, total uint64
		for fired := range uint64(3) {
			probe.Fire(1)
			for total != fired+1 { // each is in an interval of its own
				c := parse[reading.Count](t, s.next(t)).Probes[0]
				hits, total = hits+c.Hits, c.Total
				if hits != total {
					t.Fatalf("%q: %d hits, in all %d", where, hits, total)
				}
			}
		}
	}
}

// TestCountEnds: the last interval, which the end cuts short, has all hits until then.
func TestCountEnds(t *testing.T) {
	p := newProvider(t, "ends")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	for _, where := range []string{"", "&where=n>=0"} {
		s := openStream(t, newServer(t)+"count?seconds=0.5&interval=0.1&probe=ends:p"+where)
		total := uint64(0)
		for probe.Enabled() {
			probe.Fire(1)
			total++
			time.Sleep(100 * time.Microsecond)
		}
		var hits uint64
		var c reading.Count
		for _, line := range s.rest(t) {
			c = parse[reading.Count](t, line)
			hits += c.Probes[0].Hits
		}
		// The last fire may have come after Enabled.
		if hits != c.Probes[0].Total || hits != total && hits != total-1 {
			t.Errorf("%d hits, in all %d, fired %d", hits, c.Probes[0].Total, total)
		}
	}
}

func TestCountGroupsAreBounded(t *testing.T) {
	p := newProvider(t, "bounded")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	s := openStream(t, newServer(t)+
		"count?interval=0.1&seconds=600&by=n&probe=bounded:p&buffer=16777216")
	for n := range maxGroups + 10 {
		probe.Fire(n)
	}
	probe.Fire(5)
	c := countOf(t, s, maxGroups+11)
	if len(c.Probes) != maxGroups || c.Others == nil || *c.Others != 10 || c.Probes[5].Total != 2 {
		t.Errorf("%d groups, %v others, %+v", len(c.Probes), c.Others, c.Probes[5])
	}
}

func TestNextReading(t *testing.T) {
	began := time.Now()
	for now, want := range map[time.Duration]time.Duration{
		0: 10, 1: 10, 5: 10, 6: 20, 10: 20, 14: 20, 15: 20, 16: 30, 1000: 1010, 1006: 1020,
	} {
		if got := nextReading(began, began.Add(now), 10).Sub(began); got != want {
			t.Errorf("at %d the next is at %d, want %d", now, got, want)
		}
	}
}

// TestLateProbes: a probe that is declared later has not what the query is about, or has it.
func TestLateProbes(t *testing.T) {
	p := newProvider(t, "late")
	stapsdt.MustProbe1[int](p, "early", "n")
	hist := openStream(t, newServer(t)+"hist?interval=0.1&seconds=600&probe=late:*&arg=n")
	mute := openStream(t, newServer(t)+"count?interval=0.1&seconds=600&probe=late:*&where=n+==+1")
	groups := openStream(t, newServer(t)+"count?interval=0.1&seconds=600&probe=late:*&by=n")
	stapsdt.MustProbe1[int](p, "has", "n").Fire(1)
	stapsdt.MustProbe1[int](p, "hasnot", "m").Fire(1)
	stapsdt.MustProbe1[string](p, "text", "n").Fire("x")
	if h := histOf(t, hist, 3); h.Unreadable != 2 || h.Groups[0].Count != 1 {
		t.Errorf("%+v", h)
	}
	if c := countOf(t, mute, 1); len(c.Probes) != 2 || c.Probes[1].Total != 1 || c.Missed != 0 {
		t.Errorf("%+v", c)
	}
	if c := countOf(t, groups, 3); len(c.Probes) != 2 || c.Missed != 1 {
		t.Errorf("%+v", c)
	}
}

// TestGroupsOfTextAndBytes: the same text is one group, whether it is a string or a []byte. What is
// always bytes is in base64, of which later probes make no exception.
func TestGroupsOfTextAndBytes(t *testing.T) {
	p := newProvider(t, "mixed")
	data := stapsdt.MustProbe2[[]byte, int](p, "data", "key", "n")
	text := stapsdt.MustProbe2[string, int](p, "text", "key", "n")
	url := newServer(t)
	for _, endpoint := range []string{"hist?arg=n&", "count?"} {
		query := url + endpoint + "interval=0.1&seconds=600&by=key&probe=mixed:"
		mixed, bytes := openStream(t, query+"*"), openStream(t, query+"d*")
		text.Fire("Ada", 1)
		data.Fire([]byte("Ada"), 1)
		var groups, want []any
		if strings.HasPrefix(endpoint, "hist") {
			for _, s := range []*stream{mixed, bytes} {
				for _, g := range histOf(t, s, map[*stream]uint64{mixed: 2, bytes: 1}[s]).Groups {
					groups = append(groups, g.By, g.Count)
				}
			}
			want = []any{"Ada", uint64(2), "QWRh", uint64(1)}
		} else {
			for _, s := range []*stream{mixed, bytes} {
				for _, g := range countOf(t, s, map[*stream]uint64{mixed: 2, bytes: 1}[s]).Probes {
					groups = append(groups, g.Probe, g.By)
				}
			}
			want = []any{"text", "Ada", "data", "Ada", "data", "QWRh"}
		}
		if diff := cmp.Diff(want, groups); diff != "" {
			t.Errorf("%s (-want +got):\n%s", endpoint, diff)
		}
	}
}

// TestProvidersComeAndGo: a count has all fires of a name, and needs no memory for each provider.
func TestProvidersComeAndGo(t *testing.T) {
	stapsdt.MustProbe1[int](newProvider(t, "churn"), "p", "n")
	url := newServer(t) + "count?interval=0.1&seconds=600&buffer=16777216&probe=churn:p"
	plain, filtered := openStream(t, url), openStream(t, url+"&where=n>=0")
	q := query{patterns: []string{"churn:p"}}
	s, err := q.open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	const rounds = 1000
	for n := range rounds {
		p := stapsdt.MustProvider("churn")
		stapsdt.MustProbe1[int](p, "p", "n").Fire(n)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]reading.Count{
		"plain": countOf(t, plain, rounds), "filtered": countOf(t, filtered, rounds),
	} {
		if len(c.Probes) != 1 || c.Probes[0].Total != rounds || c.Missed != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	s.listener.Close()
	received := 0
	for v := range s.events(nil) {
		received++
		if v.probe.Name() != "p" || len(s.views) > pruneLeast+2 {
			t.Fatalf("%d views after %d events, the last of %s", len(s.views), received, v.name)
		}
	}
	if received != rounds {
		t.Errorf("received %d events, fired %d", received, rounds)
	}
}

// TestNamesComeAndGo: providers of ever new names take no more memory. What they fire is counted as
// missed, and no count goes back when its provider is closed.
func TestNamesComeAndGo(t *testing.T) {
	const more = 100
	first := newProvider(t, "names")
	probe := stapsdt.MustProbe0(first, "p")
	counter, err := stapsdt.Count("names*:p")
	if err != nil {
		t.Fatal(err)
	}
	tally := &counterTally{counter, newCounts(nil)}
	defer tally.finish()
	expect := func(when string, probes int, missed, hits uint64) {
		t.Helper()
		r := tally.reading(time.Now()).(reading.Count)
		want := reading.ProbeCount{Provider: "names", Probe: "p", Hits: hits, Total: 1}
		if len(r.Probes) != probes || r.Missed != missed {
			t.Errorf("%s: %d probes, %d missed, want %d and %d", when,
				len(r.Probes), r.Missed, probes, missed)
		}
		if diff := cmp.Diff(want, r.Probes[0]); diff != "" {
			t.Errorf("%s: the first (-want +got)\n%s", when, diff)
		}
	}
	probe.Fire()
	expect("one", 1, 0, 1)
	for n := range maxGroups + more {
		p := stapsdt.MustProvider(fmt.Sprint("names", n))
		stapsdt.MustProbe0(p, "p").Fire()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	expect("many are closed", maxGroups, more+1, 0)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	expect("the first is closed", maxGroups, more+1, 0)
	tally.finish()
	expect("the end", maxGroups, more+1, 0)
}
