package uprobe_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestLatency(t *testing.T) {
	var start, end *stapsdt.Probe2[uint64, string]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe2[uint64, string](p, "job_start")
		end = stapsdt.MustProbe2[uint64, string](p, "job_end")
	})
	probes := find(t, p, "job_start", "job_end")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		l, err := uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{
			Options: o,
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, l)
		const pairs = 1000
		var wg sync.WaitGroup
		for g := range uint64(4) {
			wg.Go(func() {
				for i := range uint64(pairs) {
					start.Fire(i<<8|g, "work")
					end.Fire(i<<8|g, "work")
				}
			})
		}
		wg.Wait()
		end.Fire(1<<40, "alone")
		start.Fire(1<<41, "open")
		start.Fire(1<<42, "again")
		start.Fire(1<<42, "again")
		r, err := l.Read()
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Histogram.Total(); n != 4*pairs {
			t.Errorf("%d pairs, want %d", n, 4*pairs)
		}
		if max := r.Histogram.Percentile(100); max <= 0 || max < r.Histogram.Percentile(50) {
			t.Errorf("percentile 50 is %g, the maximum %g", r.Histogram.Percentile(50), max)
		}
		r.Histogram = nil
		want := uprobe.LatencyReading{Open: 2, EndsAlone: 1, StartsAgain: 1, Room: 1 << 16}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
