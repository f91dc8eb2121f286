//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// BenchmarkManySites attaches to 5,000 sites and detaches from them: in one file or many, with a
// semaphore, and with the arguments in the same place or each in another, so that the programs of
// Trace differ.
func BenchmarkManySites(b *testing.B) {
	const n = 5000
	o := uprobe.Options{PID: os.Getpid()}
	for _, way := range []struct {
		files                       int
		areDifferent, haveSemaphore bool
	}{
		{1, false, false}, {1, false, true}, {100, false, false}, {1, true, false}, {100, true, false},
	} {
		var probes []uprobe.Probe
		for range way.files {
			s := newSlots(b, n/way.files, way.areDifferent, way.haveSemaphore)
			probes = append(probes, s.probes...)
		}
		name := fmt.Sprintf("files=%d/places=%t/semaphore=%t/", way.files, way.areDifferent,
			way.haveSemaphore)
		b.Run(name+"count", func(b *testing.B) {
			attachAndDetach(b, func() (io.Closer, error) { return uprobe.Count(probes, o) })
		})
		b.Run(name+"trace", func(b *testing.B) {
			attachAndDetach(b, func() (io.Closer, error) {
				return uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
			})
		})
	}
}

func attachAndDetach(b *testing.B, attach func() (io.Closer, error)) {
	var attaching, detaching time.Duration
	used := 0
	for b.Loop() {
		before, begin := descriptors(b), time.Now()
		tracing, err := attach()
		if err != nil {
			testenv.Lacks(b, err)
		}
		attaching += time.Since(begin)
		used = descriptors(b) - before
		begin = time.Now()
		if err := tracing.Close(); err != nil {
			b.Fatal(err)
		}
		detaching += time.Since(begin)
	}
	b.ReportMetric(attaching.Seconds()/float64(b.N), "s/attach")
	b.ReportMetric(detaching.Seconds()/float64(b.N), "s/detach")
	b.ReportMetric(float64(used), "descriptors")
	b.ReportMetric(0, "ns/op")
}
