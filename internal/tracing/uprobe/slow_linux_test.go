package uprobe_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestSlowPairs compares the pairs that are sent, and their arguments on both sides, with what the
// test fires and how long it takes by its own clock.
func TestSlowPairs(t *testing.T) {
	var start *stapsdt.Probe3[uint64, string, int8]
	var end *stapsdt.Probe3[uint64, []byte, int16]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe3[uint64, string, int8](p, "job_start")
		end = stapsdt.MustProbe3[uint64, []byte, int16](p, "job_end")
	})
	probes := find(t, p, "job_start", "job_end")
	const slow = 5 * time.Millisecond
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for _, by := range []uprobe.PairOptions{
			{}, {By: []uprobe.By{{Argument: uprobe.Numbered(1), Text: true}}},
			{By: []uprobe.By{{Argument: uprobe.Numbered(3), OfEnd: true}}},
		} {
			options := by
			options.Options, options.Slower = o, slow
			options.StartCaptures = [][]uprobe.Capture{{{Arg: 1, Length: -1, Max: 40}}}
			options.EndCaptures = [][]uprobe.Capture{{{Arg: 1, Length: 2, Max: 3}}}
			l, err := uprobe.Pair(probes[:1], probes[1:], options)
			if err != nil {
				t.Fatal(err)
			}
			closing(t, l)
			type span struct{ least, most time.Duration }
			spans := make([]span, 60)
			for id := range spans {
				before := time.Now()
				start.Fire(uint64(id), fmt.Sprint("job ", id), int8(-id))
				began := time.Now()
				for id%3 == 0 && time.Since(began) < slow {
				}
				spans[id].least = time.Since(began)
				end.Fire(uint64(id), []byte{1, 2, 3, 4}, int16(-3*id))
				spans[id].most = time.Since(before)
			}
			if err := l.Detach(); err != nil {
				t.Fatal(err)
			}
			got := make(map[uint64]bool)
			for {
				var pair uprobe.SlowPair
				err := l.Next(&pair)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				id := pair.Start.Args[0].Int
				got[id] = true
				checkSlowPair(t, pair)
				if s := spans[id]; pair.Took < s.least || pair.Took > s.most || pair.Took < slow {
					t.Errorf("pair %d took %v; by its own clock from %v to %v", id, pair.Took, s.least,
						s.most)
				}
			}
			for id, s := range spans {
				if must := s.least >= slow; must && !got[uint64(id)] {
					t.Errorf("pair %d took %v, and is missing", id, s.least)
				}
			}
			if lost, err := l.Unsent(); lost != 0 || err != nil {
				t.Errorf("%d were not sent, %v", lost, err)
			}
			if _, pairs := measured(t, l); pairs != uint64(len(spans)) {
				t.Errorf("%d pairs are counted, want %d", pairs, len(spans))
			}
		}
	})
}

// checkSlowPair compares the values with those of the pair with the same number.
func checkSlowPair(t *testing.T, pair uprobe.SlowPair) {
	t.Helper()
	id := pair.Start.Args[0].Int
	text, tries := pair.Start.Args[1], pair.Start.Args[2].Int
	if want := fmt.Sprint("job ", id); string(text.Data) != want || tries != -id {
		t.Errorf("pair %d starts with %q, %d", id, text.Data, int64(tries))
	}
	data, status := pair.End.Args[1], pair.End.Args[3].Int
	if pair.End.Args[0].Int != id || string(data.Data) != "\x01\x02\x03" || !data.Cut ||
		data.Length != 4 || int64(status) != -3*int64(id) {
		t.Errorf("pair %d ends with %d, %+v, %d", id, pair.End.Args[0].Int, data, int64(status))
	}
	for _, ev := range []uprobe.Event{pair.Start, pair.End} {
		if int(ev.PID) != os.Getpid() || ev.TID == 0 || time.Since(ev.Time).Abs() > time.Minute {
			t.Errorf("pair %d: process %d, thread %d, %v", id, ev.PID, ev.TID, ev.Time)
		}
	}
	// Each program reads its clock twice: for its record, and for how long the pair took.
	if between := pair.End.Time.Sub(pair.Start.Time); between < pair.Took {
		t.Errorf("pair %d took %v, with %v between its events", id, pair.Took, between)
	}
}
