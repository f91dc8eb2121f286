//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestLoadIsLinear compares the shortest of many durations, because others use the processor, too.
// If the time grew with the square of the number, ten times as many probes would take a hundred
// times as long in each of the rounds. No garbage is collected meanwhile: a collection takes longer
// than the few probes.
func TestLoadIsLinear(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const most = 40 // 10 to 16 were seen, the most of them on a busy machine with the race detector
	few, many := time.Hour, time.Hour
	for range 50 {
		runtime.GC()
		few, many = min(few, timeLoad(t, 1000)), min(many, timeLoad(t, 10_000))
		if many < most*few {
			return
		}
	}
	t.Errorf("1,000 probes load in %v, 10,000 in %v, want less than %d times as long", few, many, most)
}

func timeLoad(t *testing.T, probes int) time.Duration {
	t.Helper()
	p := newProvider(t)
	for i := range probes {
		stapsdt.MustProbe2[uint64, int32](p, fmt.Sprint("probe", i))
	}
	began := time.Now()
	mustLoad(t, p)
	took := time.Since(began)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return took
}
