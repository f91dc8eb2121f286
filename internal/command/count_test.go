//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func twoProbes() []countRow {
	return rowsOf([]uprobe.Probe{
		{Provider: "shop", Name: "order_start"}, {Provider: "shop", Name: "tick"},
	})
}

// plainView shows what needs no flags.
func plainView() *countView { return &countView{new(rowFlags), new(addedUp)} }

// A last interval that is short, here a hundredth of a second, is joined with the one before.
func TestCountShortInterval(t *testing.T) {
	began := time.Unix(0, 0)
	after := func(d time.Duration) time.Time { return began.Add(d) }
	readings := newCountReadings(twoProbes(), began)
	readings.next([]uint64{100, 0}, nil, 0, after(time.Second), 0)
	readings.next([]uint64{300, 1}, nil, 0, after(2*time.Second), 0)
	r := readings.next([]uint64{301, 1}, nil, 0, after(2010*time.Millisecond), time.Second/2)
	if diff := cmp.Diff([]uint64{201, 1}, r.hits); diff != "" || r.from != after(time.Second) {
		t.Errorf("from %v, hits (-want +got):\n%s", r.from.Sub(began), diff)
	}
	if got := r.rate(r.hits[0]); got != "199" {
		t.Errorf("%s hits a second, want 199", got)
	}
	if diff := cmp.Diff([]uint64{301, 1}, r.totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
}

// TestCountShortLine: a short last interval has a line if there was a hit in it.
func TestCountShortLine(t *testing.T) {
	began := time.Unix(0, 0)
	for last, want := range map[uint64]int{200: 3, 201: 4} {
		var b strings.Builder
		readings, lines := newCountReadings(twoProbes()[:1], began), countLines{w: &b, view: plainView()}
		for i, total := range []uint64{100, 200, last} {
			to := began.Add(min(time.Duration(i+1)*time.Second, 2010*time.Millisecond))
			r := readings.next([]uint64{total}, nil, 0, to, time.Duration(i/2)*time.Second/2)
			if err := lines.write(r, i == 2); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(b.String(), "\n"); got != want {
			t.Errorf("%d hits: %d lines, want %d:\n%s", last, got, want, &b)
		}
	}
}

// A short interval stays as it is when there is none before it.
func TestCountOneShortInterval(t *testing.T) {
	began := time.Unix(0, 0)
	readings, end := newCountReadings(twoProbes(), began), began.Add(time.Millisecond)
	r := readings.next([]uint64{7, 0}, nil, 0, end, time.Second)
	if diff := cmp.Diff([]uint64{7, 0}, r.hits); diff != "" || r.from != began {
		t.Errorf("from %v, hits (-want +got):\n%s", r.from, diff)
	}
}

// TestCountLinesAlign: the name of the total can be the longest.
func TestCountLinesAlign(t *testing.T) {
	rows := []countRow{{probe: uprobe.Probe{Provider: "a", Name: "b"}}}
	rows = append(rows, countRow{probe: uprobe.Probe{Provider: "a", Name: "c"}})
	began := time.Unix(0, 0)
	r := newCountReadings(rows, began).next([]uint64{1, 2}, nil, 0, began.Add(time.Second), 0)
	var out strings.Builder
	lines := &countLines{w: &out, view: &countView{&rowFlags{top: 1}, new(addedUp)}}
	if err := lines.write(r, true); err != nil {
		t.Fatal(err)
	}
	widths := make(map[int]bool)
	for line := range strings.Lines(out.String()) {
		widths[len(line)] = true
	}
	if len(widths) != 1 || !strings.Contains(out.String(), "total, with 1 more ") {
		t.Errorf("the lines have other widths:\n%s", &out)
	}
}

func TestCountScreenFits(t *testing.T) {
	began := time.Unix(0, 0)
	readings := newCountReadings(twoProbes(), began)
	r := readings.next([]uint64{1e12, 1}, nil, 0, began.Add(time.Second), 0)
	for columns := 2; columns < 60; columns++ {
		var out strings.Builder
		screen := &countScreen{screen{w: &out}, plainView()}
		screen.columns, screen.rows = func() int { return columns }, func() int { return 20 }
		for range 2 {
			if err := screen.write(r, false); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(strings.ReplaceAll(out.String(), "\x1b[4F\x1b[J", "")) {
			if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width >= columns {
				t.Errorf("%d characters in a terminal of %d: %q", width, columns, line)
			}
		}
	}
}

// TestCountShown: the groups with most hits in the interval come first, then the others, and those
// without hits are left out. A group that comes later begins at 0.
func TestCountShown(t *testing.T) {
	rows := newGroupRows(time.Unix(0, 0), nil)
	probe := uprobe.Probe{Provider: "shop", Name: "order"}
	row := func(key string) countRow { return countRow{probe: probe, key: " id=" + key} }
	read := func(counts map[string]uint64, others uint64, seconds int64) []string {
		rows.clear()
		for _, key := range slices.Sorted(maps.Keys(counts)) {
			rows.add(row(key), counts[key], nil)
		}
		rows.add(countRow{isOthers: true}, others, nil)
		r := rows.next(0, time.Unix(seconds, 0), 0)
		var shown []string
		for _, i := range r.inOrder() {
			shown = append(shown, fmt.Sprint(r.rows[i].name(), " ", r.hits[i], " of ", r.totals[i]))
		}
		return shown
	}
	want := []string{"shop:order id=b 3 of 3", "shop:order id=a 1 of 1", "others 9 of 9"}
	if diff := cmp.Diff(want, read(map[string]uint64{"a": 1, "b": 3}, 9, 1)); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	want = []string{"shop:order id=c 7 of 7", "shop:order id=a 4 of 5"}
	got := read(map[string]uint64{"a": 5, "b": 3, "c": 7}, 9, 2)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("second (-want +got):\n%s", diff)
	}
}
