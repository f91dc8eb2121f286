package command

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestCountsAt: a report has what all readings since the last one have, and no reading is in two.
func TestCountsAt(t *testing.T) {
	c := &countsAt{
		by:    grouping{{arg: argument(uprobe.Argument{Name: "s"}), isText: true}},
		added: &addedUp{args: []argument{argument(uprobe.Argument{Name: "n"})}},
		came:  newGroupRows(time.Time{}, nil),
	}
	rows := newGroupRows(time.Time{}, nil)
	take := func(total, others uint64, stats, othersStats string) {
		t.Helper()
		text := fmt.Sprintf(`{"probes":[{"provider":"p","probe":"q","by":"x","total":%d,`+
			`"stats":{"n":%s}}],"others":%d,"others_interval_stats":{"n":%s}}`,
			total, stats, others, othersStats)
		var r reading.Count
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		c.take(r)
	}
	want := func(totals, stats string) {
		t.Helper()
		if _, err := c.addTo(rows); err != nil {
			t.Fatal(err)
		}
		r := rows.next(0, time.Now(), 0)
		text := ""
		for i := range r.rows {
			s := elementOrZero(elementOrZero(r.stats, i), 0)
			text += fmt.Sprintf("%s %d %v %v %v;", r.rows[i].name(), s.Count, s.Sum, s.Min, s.Max)
		}
		if got := fmt.Sprint(r.totals); got != totals || text != stats {
			t.Errorf("got %s %s\nwant %s %s", got, text, totals, stats)
		}
	}
	none := `{"count":0,"sum":null,"min":null,"max":null}`
	take(2, 0, `{"count":2,"sum":-3,"min":-4,"max":1}`, none)
	take(5, 1, `{"count":3,"sum":40,"min":10,"max":20}`, `{"count":1,"sum":7,"min":7,"max":7}`)
	want("[5 1]", `p:q s="x" 5 37 -4 20;others 1 7 7 7;`)
	want("[5 1]", `p:q s="x" 0 0 0 0;others 0 0 0 0;`)
	take(6, 1, `{"count":1,"sum":9,"min":9,"max":9}`, none)
	want("[6 1]", `p:q s="x" 1 9 9 9;others 0 0 0 0;`)

	take(7, 1, `{"count":1,"sum":9}`, none)
	if _, err := c.addTo(rows); err == nil {
		t.Error("no error for values without a least one")
	}
}

// TestAddedUpNames: a program is asked for arguments as its answer names them.
func TestAddedUpNames(t *testing.T) {
	a := &addedUp{args: []argument{
		argument(uprobe.Argument{Name: "n"}), argument(uprobe.Numbered(2)),
	}}
	stats := []integer.Stats{integer.StatsOf(integer.Of(3, false)), {}}
	back, err := a.read(a.json(stats))
	if a.names() != "n,2" || err != nil || back[0] != stats[0] || back[1] != stats[1] {
		t.Errorf("%s, %v, %v", a.names(), back, err)
	}
}
