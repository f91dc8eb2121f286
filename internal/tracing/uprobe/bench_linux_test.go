package uprobe_test

import (
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkTraced is what a fire costs the traced program, by how it is traced.
func BenchmarkTraced(b *testing.B) {
	var probe *stapsdt.Probe2[uint64, string]
	p := provider(b, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe2[uint64, string](p, "bench") })
	probes := find(b, p, "bench")
	o := uprobe.Options{PID: os.Getpid()}
	where, err := filter.Parse(`arg0 > 100 && arg1 == "GET"`)
	if err != nil {
		b.Fatal(err)
	}
	filtered := o
	filtered.Filter = where
	text := [][]uprobe.Capture{{{Arg: 1, Length: -1, Max: 64}}}
	for _, way := range []struct {
		name   string
		attach func() (interface{ Close() error }, error)
	}{
		{"count", func() (interface{ Close() error }, error) { return uprobe.Count(probes, o) }},
		{"count filtered", func() (interface{ Close() error }, error) { return uprobe.Count(probes, filtered) }},
		{"trace", func() (interface{ Close() error }, error) {
			return uprobe.Trace(probes, uprobe.TraceOptions{Options: o, BufferBytes: 64 << 20})
		}},
		{"trace text", func() (interface{ Close() error }, error) {
			return uprobe.Trace(probes, uprobe.TraceOptions{Options: o, Captures: text, BufferBytes: 64 << 20})
		}},
		{"distribution", func() (interface{ Close() error }, error) {
			return uprobe.Distribute(probes, uprobe.DistributionOptions{Options: o, By: -1})
		}},
		{"latency", func() (interface{ Close() error }, error) { return uprobe.Pair(probes[0], probes[0], o) }},
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
