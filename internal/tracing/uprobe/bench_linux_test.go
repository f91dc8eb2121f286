package uprobe_test

import (
	"io"
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkTraced measures what a fire costs the traced program, for each way of tracing.
func BenchmarkTraced(b *testing.B) {
	var probe *stapsdt.Probe2[uint64, string]
	p := provider(b, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe2[uint64, string](p, "bench")
	})
	probes := find(b, p, "bench")
	o := uprobe.Options{PID: os.Getpid()}
	where, err := filter.Parse(`arg0 > 100 && arg1 == "GET"`)
	if err != nil {
		b.Fatal(err)
	}
	filtered := o
	filtered.Filter = where
	text := [][]uprobe.Capture{{{Arg: 1, Length: -1, Max: 64}}}
	const buffer = 64 << 20
	for _, way := range []struct {
		name   string
		attach func() (io.Closer, error)
	}{
		{"count", func() (io.Closer, error) { return uprobe.Count(probes, o) }},
		{"count filtered", func() (io.Closer, error) { return uprobe.Count(probes, filtered) }},
		{"trace", func() (io.Closer, error) {
			return uprobe.Trace(probes, uprobe.TraceOptions{Options: o, BufferBytes: buffer})
		}},
		{"trace text", func() (io.Closer, error) {
			options := uprobe.TraceOptions{Options: o, Captures: text, BufferBytes: buffer}
			return uprobe.Trace(probes, options)
		}},
		{"distribution", func() (io.Closer, error) {
			return uprobe.Distribute(probes, uprobe.DistributionOptions{Options: o})
		}},
		{"latency", func() (io.Closer, error) {
			return uprobe.Pair(probes[:1], probes[:1], uprobe.PairOptions{
				Options: o,
			})
		}},
	} {
		b.Run(way.name, func(b *testing.B) {
			attached, err := way.attach()
			if err != nil {
				testenv.Lacks(b, err)
			}
			closing(b, attached)
			for i := uint64(0); b.Loop(); i++ {
				probe.Fire(i, "GET")
			}
		})
	}
}
