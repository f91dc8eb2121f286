//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"testing"
	"time"
)

// TestExact counts many fires, and none more or less.
func TestExact(t *testing.T) {
	needRoot(t)
	figures := [][]string{{"build", "fires", "counted", "missed", "time"}}
	for _, b := range available(builds[:2]) {
		t.Run(b.name, func(t *testing.T) {
			r := newRun(t, b)
			r.start(t)
			stay := []staying{r.stayCounting(t), r.stayPerfEvent(t)}
			begin := time.Now()
			r.ask(t, fmt.Sprint("fire ", *fires))
			took := time.Since(begin)
			if r.report.Fires != uint64(*fires) {
				t.Errorf("fired %d times, want %d", r.report.Fires, *fires)
			}
			for _, s := range stay {
				r.visit(s.name, s.leave)
			}
			r.fail(t)
			t.Logf("%d fires in %v", *fires, took.Round(time.Millisecond))
			figures = append(figures, []string{b.name, fmt.Sprint(*fires), fmt.Sprint(r.counted),
				fmt.Sprint(r.missed), took.Round(time.Second).String()})
		})
	}
	writeFigures(t, "exact", markdown(figures))
}
