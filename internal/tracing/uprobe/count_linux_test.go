package uprobe_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestCount fires from many goroutines at once: no hit may be missing.
func TestCount(t *testing.T) {
	var a, b *stapsdt.Probe1[int64]
	p := provider(t, func(p *stapsdt.Provider) {
		a = stapsdt.MustProbe1[int64](p, "a")
		b = stapsdt.MustProbe1[int64](p, "b")
	})
	probes := find(t, p, "a", "b")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		var err error
		if o.Filter, err = filter.Parse("arg0 >= 0"); err != nil {
			t.Fatal(err)
		}
		counter, err := uprobe.Count(probes, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		const goroutines, each = 8, 10_000
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for i := range int64(each) {
					a.Fire(i)
					b.Fire(i - each/2)
				}
			})
		}
		wg.Wait()
		got, err := counter.Read()
		if err != nil {
			t.Fatal(err)
		}
		want := []uint64{goroutines * each, goroutines * each / 2}
		if diff := cmp.Diff(want, got); diff != "" || counter.Missed() != 0 {
			t.Errorf("missed %d (-want +got)\n%s", counter.Missed(), diff)
		}
	})
}
