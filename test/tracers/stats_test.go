//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestStats compares what internal/tracing/uprobe and bpftrace add up of the same hits, by an
// argument: how many, the sum, the average, the least and the greatest. bpftrace 0.17 knows the
// least of numbers of 32 bits only, and neither the least nor the greatest of negative ones.
func TestStats(t *testing.T) {
	needTracer(t, "bpftrace")
	app := startShop(t, configs()[0])
	const probe = "order_end"
	path := app.path(t, probe)
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(notes, func(n sdtnote.Note) bool { return n.Name == probe })
	c, err := uprobe.CountBy([]uprobe.Probe{{
		Provider: app.provider, Name: probe, Sites: []uprobe.Site{{Path: path, Note: notes[i]}},
	}}, []uprobe.By{{Argument: uprobe.Numbered(1)}},
		[]uprobe.Argument{uprobe.Numbered(0), uprobe.Numbered(2)}, uprobe.Options{PID: app.PID()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := installed.attach(t, app, path, "ready", probe+` {
		@count[(int32)arg1] = count(); @sum[(int32)arg1] = sum(arg0); @min[(int32)arg1] = min(arg0);
		@max[(int32)arg1] = max(arg0); @avg[(int32)arg1] = avg(arg0);
		@signed[(int32)arg1] = sum((int64)arg2); @mean[(int32)arg1] = avg((int64)arg2); }`)
	for n := range 200 {
		app.fire(t, probe, uint64(n)*uint64(n)<<16+1, int32(n%3-1), int64(-1)<<(n%50)+int64(n))
	}
	theirs := slices.DeleteFunc(b.detach(t), func(line string) bool { return line[0] != '@' })
	groups, err := c.Take()
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, g := range groups {
		id, cents := g.Stats[0], g.Stats[1]
		for name, value := range map[string]any{
			"count": g.Hits, "sum": id.Sum, "min": id.Min, "max": id.Max,
			"avg": id.Sum.Big().Uint64() / g.Hits, "signed": cents.Sum,
			"mean": cents.Sum.Big().Int64() / int64(g.Hits),
		} {
			ours = append(ours, fmt.Sprintf("@%s[%v]: %v", name, g.Key[0].Int, value))
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" || len(ours) != 3*7 {
		t.Errorf("%d figures (-bpftrace +engine)\n%s", len(ours), strings.TrimSpace(diff))
	}
}
