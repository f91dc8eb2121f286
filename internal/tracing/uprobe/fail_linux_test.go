package uprobe_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestTraceWithoutBuffer: when the buffer cannot be made, that is an error and no tracer is left.
func TestTraceWithoutBuffer(t *testing.T) {
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe0(p, "nothing") })
	probes := find(t, p, "nothing")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		const tooMuch = 1 << (strconv.IntSize - 24) // 1 TiB
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o, BufferBytes: tooMuch})
		if err == nil {
			closing(t, tracer)
			t.Error("a buffer of 1 TiB was made")
		}
	})
}

// refused are the paths of sites that cannot be attached to: of a file that does not exist, of a
// file that the kernel does not trace, and of a site whose semaphore cannot be counted.
var refused = []string{"/nonexistent", "/proc/self/status", "/proc/self/exe"}

// addRefused adds refused sites before the sites of each probe or, with only, in place of them.
func addRefused(probes []uprobe.Probe, only bool) []uprobe.Probe {
	changed := slices.Clone(probes)
	for i, p := range probes {
		var sites []uprobe.Site
		for _, path := range refused {
			sites = append(sites, uprobe.Site{Path: path, Note: p.Sites[0].Note})
		}
		const nowhere = 0x1000 // an address that is not in the file, so that there is no offset
		sites[len(sites)-1].Note.Semaphore = nowhere
		if !only {
			sites = append(sites, p.Sites...)
		}
		changed[i].Sites = sites
	}
	return changed
}

// TestSkipped: some sites of the probes are refused. The others are traced if the caller wants
// that.
func TestSkipped(t *testing.T) {
	var start *stapsdt.Probe1[int]
	p := provider(t, func(p *stapsdt.Provider) {
		start = stapsdt.MustProbe1[int](p, "start")
		stapsdt.MustProbe1[int](p, "end")
	})
	probes := find(t, p, "start", "end")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for i, way := range everyWay(addRefused(probes, false)) {
			if tracing, err := way(o); err == nil {
				closing(t, tracing)
				t.Errorf("way %d: a refused site is no error", i)
			}
		}
		var skipped []string
		o.Skipped = func(site uprobe.Site, err error) {
			skipped = append(skipped, site.Path)
			if err == nil {
				t.Errorf("%s was skipped for no reason", site.Path)
			}
		}
		for i, way := range everyWay(addRefused(probes, true)) {
			if tracing, err := way(o); err == nil {
				closing(t, tracing)
				t.Errorf("way %d: that no site is left is no error", i)
			}
		}
		for i, way := range everyWay(addRefused(probes, false)) {
			skipped = nil
			tracing, err := way(o)
			if err != nil {
				t.Fatalf("way %d: %v", i, err)
			}
			if !start.Enabled() {
				t.Errorf("way %d: the site that is left is not traced", i)
			}
			if err := tracing.Close(); err != nil {
				t.Error(err)
			}
			slices.Sort(skipped)
			want := slices.Sorted(slices.Values(slices.Concat(refused, refused)))
			if diff := cmp.Diff(want, skipped); diff != "" {
				t.Errorf("way %d: skipped (-want +got):\n%s", i, diff)
			}
		}
	})
}
