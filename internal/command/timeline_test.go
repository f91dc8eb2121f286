//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// timelineOf plans a timeline of probes of the provider shop with one argument. Without a key, it
// is the argument.
func timelineOf(t testing.TB, key string, names ...string) (*tracePlan, *timelineFlags) {
	t.Helper()
	f := &timelineFlags{key: pairKey{noArgument}, told: &cobra.Command{}}
	f.told.SetErr(io.Discard)
	if key != "" {
		if err := f.key.Set(key); err != nil {
			t.Fatal(err)
		}
	}
	p := &tracePlan{captures: make([][]uprobe.Capture, len(names))}
	for _, name := range names {
		note := sdtnote.Note{Provider: "shop", Name: name, Machine: elf.EM_X86_64, Args: "8@%rdi"}
		p.probes = append(p.probes, uprobe.Probe{
			Provider: "shop", Name: name, Sites: []uprobe.Site{{Note: note}},
		})
	}
	return p, f
}

// A timelineHit is a hit of a probe with an argument, a while after the one before.
type timelineHit struct {
	probe int
	arg   int64
	tid   uint32
}

func writeTimeline(p *tracePlan, f *timelineFlags, hits ...timelineHit) (*timelineEvents, []byte) {
	w := newTimelineEvents(p, f)
	var text []byte
	at := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.UTC)
	for _, hit := range hits {
		at = at.Add(1234 * time.Microsecond)
		text = w.append(text, &uprobe.Event{
			Probe: hit.probe, Time: at, PID: 12, TID: hit.tid, Comm: []byte("a \"comm\"\n"),
			Args: []uprobe.Value{intValue(hit.arg)},
		})
	}
	return w, text
}

const (
	orderStart = iota
	orderEnd
	tick
)

func TestTimelineSpans(t *testing.T) {
	names := []string{"order_start", "order_end", "tick"}
	tests := []struct {
		name, key string
		hits      []timelineHit
		want      []string
		open      uint64
		alone     uint64
	}{
		{
			name: "overlapping",
			hits: []timelineHit{
				{orderStart, 1, 7}, {orderStart, 2, 7}, {orderEnd, 1, 7}, {orderEnd, 2, 8},
			},
			want: []string{
				`span shop:order [shop:order 1] {"arg0":1} {"end":{"arg0":1}}`,
				`span shop:order [shop:order 2] {"arg0":2} {"end":{"arg0":2}}`,
			},
		},
		{
			name: "nested", key: "tid",
			hits: []timelineHit{
				{orderStart, 1, 7}, {orderStart, 2, 7}, {orderEnd, 2, 7}, {orderEnd, 1, 7},
			},
			want: []string{
				`span shop:order [shop:order 7] {"arg0":1} {"end":{"arg0":1}}`,
				`span shop:order [shop:order 7] {"arg0":2} {"end":{"arg0":2}}`,
			},
		},
		{
			name: "alone", hits: []timelineHit{{orderEnd, -1, 7}, {orderStart, 1, 7}, {tick, -5, 7}},
			want: []string{
				`instant t shop:order_end {"arg0":18446744073709551615}`,
				`instant t shop:tick {"arg0":18446744073709551611}`,
				`open shop:order [shop:order 1] {"arg0":1}`,
			},
			open: 1, alone: 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, flags := timelineOf(t, test.key, names...)
			w, text := writeTimeline(plan, flags, test.hits...)
			for _, ending := range []string{string(w.end()), "]"} { // the latter is allowed to lack
				got, err := readTimeline(append(bytes.Clone(text), ending...))
				if err != nil {
					t.Fatalf("%v in\n%s", err, text)
				}
				got = slices.DeleteFunc(got, func(line string) bool {
					return strings.Contains(line, "_name ") || strings.HasPrefix(line, "instant g ")
				})
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s\n%s", diff, text)
				}
			}
			if open := w.spans.open(); open != test.open || w.alone != test.alone {
				t.Errorf("%d open and %d alone, want %d and %d", open, w.alone, test.open, test.alone)
			}
		})
	}
}

func TestTimelineText(t *testing.T) {
	plan, flags := timelineOf(t, "", "order_start", "order_end", "tick")
	w, text := writeTimeline(plan, flags,
		timelineHit{orderStart, 1, 7}, timelineHit{tick, 2, 12}, timelineHit{orderEnd, 1, 7})
	want, err := os.ReadFile(filepath.Join("testdata", "timeline.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)+string(w.end())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTimelineOfNothing(t *testing.T) {
	w, text := writeTimeline(timelineOf(t, "", "tick"))
	lines, err := readTimeline(append(text, w.end()...))
	if err != nil || len(lines) != 0 {
		t.Errorf("got %v, %v", lines, err)
	}
}

// A probe that is declared later makes a pair with one that was there before.
func TestTimelineOfLaterProbes(t *testing.T) {
	plan, flags := timelineOf(t, "", "order_start")
	later, _ := timelineOf(t, "", "order_end")
	w := newTimelineEvents(plan, flags)
	w.add(later)
	if roles := w.probes[orderStart].roles; len(roles) != 1 || roles[0].isEnd {
		t.Errorf("the start has roles %+v", roles)
	}
	if roles := w.probes[orderEnd].roles; len(roles) != 1 || !roles[0].isEnd {
		t.Errorf("the end has roles %+v", roles)
	}
}

// A probe can end one span and begin another. A pair that is named, though its names belong
// together, is one pair.
func TestTimelineOfChain(t *testing.T) {
	plan, flags := timelineOf(t, "", "a", "b", "c", "d_start", "d_end")
	flags.pairs = []string{"shop:a,shop:b", "shop:b,shop:c", "shop:d_start,shop:d_end"}
	w, text := writeTimeline(plan, flags,
		timelineHit{0, 1, 7}, timelineHit{1, 1, 7}, timelineHit{2, 1, 7})
	if roles := w.probes[3].roles; len(roles) != 1 || roles[0].pair != "shop:d_start to shop:d_end" {
		t.Errorf("d_start has the roles %+v", roles)
	}
	lines, err := readTimeline(append(text, ']'))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`span shop:a to shop:b [shop:a to shop:b 1] {"arg0":1} {"end":{"arg0":1}}`,
		`span shop:b to shop:c [shop:b to shop:c 1] {"arg0":1} {"end":{"arg0":1}}`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("got %q, want %q", lines, want)
		}
	}
}

func TestTimelineRoom(t *testing.T) {
	spans := newOpenSpans()
	for i := range uint64(maxOpenSpans + 10) {
		spans.start(spanKey{key: i})
	}
	if len(spans.elements) != maxOpenSpans || spans.byAge.Len() != maxOpenSpans {
		t.Errorf("%d keys in %d elements", len(spans.elements), spans.byAge.Len())
	}
	if spans.end(spanKey{key: 9}) || !spans.end(spanKey{key: 10}) {
		t.Error("the oldest spans were not forgotten first")
	}
	if open := spans.open(); open != maxOpenSpans+9 {
		t.Errorf("%d spans without an end, want %d", open, maxOpenSpans+9)
	}
	names := newTimelineNames()
	for i := range uint32(2*maxTimelineNames + 10) {
		names.append(nil, &uprobe.Event{PID: i})
	}
	if len(names.names) > maxTimelineNames+1 {
		t.Errorf("%d names", len(names.names))
	}
}

// TestMicroseconds: all nanoseconds are written.
func TestMicroseconds(t *testing.T) {
	for ns, want := range map[time.Duration]string{
		0: "0.000", 1: "0.001", 999: "0.999", 1000: "1.000", -1: "-0.001",
		12_345_678_901: "12345678.901",
	} {
		if got := string(appendMicroseconds(nil, ns)); got != want {
			t.Errorf("%d ns: got %s, want %s", ns, got, want)
		}
	}
}
