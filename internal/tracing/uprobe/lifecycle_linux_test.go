package uprobe_test

import (
	"io"
	"os"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// everyWay returns all ways of tracing two probes.
func everyWay(probes []uprobe.Probe) []func(uprobe.Options) (io.Closer, error) {
	return []func(uprobe.Options) (io.Closer, error){
		func(o uprobe.Options) (io.Closer, error) { return uprobe.Count(probes, o) },
		func(o uprobe.Options) (io.Closer, error) {
			return uprobe.Trace(probes, uprobe.TraceOptions{Options: o, BufferBytes: 1})
		},
		func(o uprobe.Options) (io.Closer, error) {
			return uprobe.Distribute(probes, uprobe.DistributionOptions{
				Options: o, Scale: histogram.Log2(),
			})
		},
		func(o uprobe.Options) (io.Closer, error) {
			return uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{
				Options: o,
			})
		},
	}
}

// TestAttachAndDetach attaches and detaches 500 times, in all ways and several at once, while the
// probes are fired. No descriptor (of a link, program or map, for example) and no uprobe may
// remain.
func TestAttachAndDetach(t *testing.T) {
	var start, end *stapsdt.Probe1[int]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe1[int](p, "start")
		end = stapsdt.MustProbe1[int](p, "end")
	})
	probes := find(t, p, "start", "end")
	ways := everyWay(probes)

	stop := make(chan struct{})
	var firing sync.WaitGroup
	firing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				start.Fire(i)
				end.Fire(i)
			}
		}
	})
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		const workers = 10
		times := 47
		if !o.Features.Multi {
			times = 3 // each takes 200 ms
		}
		if testing.Short() {
			times = 1
		}
		cycle := func(way int) {
			attached, err := ways[way%len(ways)](o)
			if err != nil {
				t.Error(err)
				return
			}
			if !start.Enabled() || !end.Enabled() {
				t.Error("not attached")
			}
			if err := attached.Close(); err != nil {
				t.Error(err)
			}
		}
		for way := range ways {
			cycle(way) // opens what stays open for the life of the process
		}
		before := descriptors(t)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range times {
					cycle(w + i)
				}
			})
		}
		wg.Wait()
		if after := descriptors(t); after != before {
			t.Errorf("%d descriptors, before %d", after, before)
		}
		if start.Enabled() || end.Enabled() {
			t.Error("still attached")
		}
	})
	close(stop)
	firing.Wait()
}
