package stapsdthttp

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestCountStats: sums have all their digits, also beyond 64 bits.
func TestCountStats(t *testing.T) {
	p := newProvider(t, "stats")
	probe := stapsdt.MustProbe4[int8, uint64, string, bool](p, "p", "n", "u", "s", "b")
	s := openStream(t, newServer(t)+
		"count?interval=0.1&seconds=600&probe=stats:p&by=s&stats=u,0,b&where=n+!=+100")
	probe.Fire(100, 1, "no", true)
	probe.Fire(-128, math.MaxUint64, "a", true)
	probe.Fire(127, math.MaxUint64, "a", false)
	probe.Fire(-1, 0, "b", true)
	var all []map[string]reading.Stats
	for _, p := range countOf(t, s, 3).Probes {
		all = append(all, p.TotalStats)
	}
	got, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"0":{"count":2,"sum":-1,"avg":-0.5,"min":-128,"max":127},` +
		`"b":{"count":2,"sum":1,"avg":0.5,"min":0,"max":1},` +
		`"u":{"count":2,"sum":36893488147419103230,"avg":18446744073709552000,` +
		`"min":18446744073709551615,"max":18446744073709551615}},` +
		`{"0":{"count":1,"sum":-1,"avg":-1,"min":-1,"max":-1},` +
		`"b":{"count":1,"sum":1,"avg":1,"min":1,"max":1},` +
		`"u":{"count":1,"sum":0,"avg":0,"min":0,"max":0}}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCountStatsIntervals: an interval has its own least and greatest values, and all of them make
// up the whole.
func TestCountStatsIntervals(t *testing.T) {
	p := newProvider(t, "pieces")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	s := openStream(t, newServer(t)+"count?seconds=600&interval=0.1&probe=pieces:p&stats=n")
	text := func(s reading.Stats) string {
		return fmt.Sprintf("%d %v %v %v", s.Count, s.Sum, s.Min, s.Max)
	}
	for _, n := range []int{5, -7, 3} {
		probe.Fire(n)
		var of reading.Stats
		for of.Count == 0 {
			of = parse[reading.Count](t, s.next(t)).Probes[0].Stats["n"]
		}
		if got, want := text(of), fmt.Sprintf("1 %d %d %d", n, n, n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	c := parse[reading.Count](t, s.next(t)).Probes[0]
	if c.Stats["n"].Sum != nil {
		t.Errorf("nothing was fired: %+v", c.Stats)
	}
	if got := text(c.TotalStats["n"]); got != "3 1 -7 5" {
		t.Errorf("in all %s", got)
	}
}

// TestCountStatsAreBounded: with stats, there is room for fewer groups.
func TestCountStatsAreBounded(t *testing.T) {
	p := newProvider(t, "room")
	probe := stapsdt.MustProbe2[int, int](p, "p", "n", "m")
	s := openStream(t, newServer(t)+
		"count?interval=0.1&seconds=600&by=n&stats=n,m&probe=room:p&buffer=16777216")
	for n := range maxGroups/2 + 10 {
		probe.Fire(n, -n)
	}
	c := countOf(t, s, maxGroups/2+10)
	if len(c.Probes) != maxGroups/2 || c.Others == nil || *c.Others != 10 {
		t.Fatalf("%d groups, %v others", len(c.Probes), c.Others)
	}
	of := c.OthersStats["m"]
	if of.Min == nil || of.Min.String() != fmt.Sprint(-(maxGroups/2+9)) || of.Count != 10 {
		t.Errorf("others: %+v", c.OthersStats)
	}
}
