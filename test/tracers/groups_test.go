//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestGroups compares the histograms that internal/tracing/uprobe and bpftrace make of the same
// hits by a text and the process: how many values each power of two has in each group. bpftrace has
// the texts whole, so they are compared as far as both have them.
func TestGroups(t *testing.T) {
	needTracer(t, "bpftrace")
	app := startShop(t, configs()[0])
	const probe = "order_start"
	path := app.path(t, probe)
	probes := shopProbes(t, path, probe)
	d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
		Options: uprobe.Options{PID: app.PID()}, Arg: uprobe.Numbered(0), Scale: histogram.Log2(),
		By: []uprobe.By{{Argument: uprobe.Numbered(1), Text: true}, {Argument: uprobe.Process}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b := installed.attach(t, app, path, "ready", probe+` { @[str(arg1), pid] = hist(arg0); }`)
	for n := range uint64(400) {
		app.fire(t, probe, n*n%1000, []string{"Ada", "", strings.Repeat("x", 61), "a, b"}[n%4])
	}
	theirs := rowsOf(t, b.detach(t))
	groups, err := d.Read()
	if err != nil {
		t.Fatal(err)
	}
	ours := make(map[string]uint64)
	for _, g := range groups {
		for index, count := range g.Histogram.Counts {
			lo, _ := g.Histogram.Scale.Bounds(index)
			power := 0.0
			if lo > 0 {
				power = math.Exp2(math.Floor(math.Log2(lo)))
			}
			ours[fmt.Sprintf("@[%s, %v]: %v", g.Key[0].Text, g.Key[1].Int, power)] += count
		}
	}
	if diff := cmp.Diff(theirs, ours); diff != "" || len(ours) < 4*5 {
		t.Errorf("%d rows (-bpftrace +engine)\n%s", len(ours), diff)
	}
}

// rowsOf returns how many values the rows have of the histograms that bpftrace has printed, by the
// heading of the histogram and the beginning of the row.
func rowsOf(t *testing.T, lines []string) map[string]uint64 {
	t.Helper()
	row := regexp.MustCompile(`^\[(\d+)[],].* (\d+) \|`)
	rows := make(map[string]uint64)
	heading := ""
	for _, line := range lines {
		if strings.HasPrefix(line, "@") {
			heading = strings.TrimSpace(line)
		}
		if match := row.FindStringSubmatch(line); match != nil && match[2] != "0" {
			n, err := strconv.ParseUint(match[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			rows[heading+" "+match[1]] += n
		}
	}
	return rows
}
