package command

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// TestHistRowsLast: the last interval has a row unless nothing came in it.
func TestHistRowsLast(t *testing.T) {
	for came, want := range map[int]int{0: 2, 1: 3} {
		var b strings.Builder
		rows := newHistRows(&b, new(histView), true)
		all := histogram.Histogram{Scale: histogram.Log2()}
		all.Add(7, false)
		before := all
		before.Counts = maps.Clone(all.Counts)
		if err := rows.write(time.Unix(1, 0), nil, nil, &before, false); err != nil {
			t.Fatal(err)
		}
		for range came {
			all.Add(7, false)
		}
		if err := rows.write(time.Unix(2, 0), nil, nil, &all, true); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "\n"); got != want {
			t.Errorf("%d values: %d lines, want %d:\n%s", came, got, want, &b)
		}
	}
}
