package uprobe_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/filter"
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
		} else if !strings.Contains(err.Error(), "at most 1073741824") {
			t.Error(err)
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

// TestAnotherFile does not attach to another file that a process has put in the place of the first.
func TestAnotherFile(t *testing.T) {
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe0(p, "here") })
	probes := find(t, p, "here")
	var st unix.Stat_t
	if err := unix.Stat(p.Path(), &st); err != nil {
		t.Fatal(err)
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		site := &probes[0].Sites[0]
		for _, other := range []uint64{0, 1} {
			site.Dev, site.Inode = st.Dev, st.Ino+other
			counter, err := uprobe.Count(probes, o)
			if (err == nil) != (other == 0) {
				t.Errorf("inode %d in place of %d: %v", site.Inode, st.Ino, err)
			}
			if err == nil {
				closing(t, counter)
			}
		}
	})
}

func TestNoSuchArgument(t *testing.T) {
	var probe *stapsdt.Probe1[int]
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe1[int](p, "one") })
	probes := find(t, p, "one")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		e, err := filter.Parse("arg1 == 3")
		if err != nil {
			t.Fatal(err)
		}
		filtered := o
		filtered.Filter = e
		_, errFilter := uprobe.Count(probes, filtered)
		_, errCapture := uprobe.Trace(probes, uprobe.TraceOptions{
			Options: o, Captures: [][]uprobe.Capture{{{Arg: 1, Length: -1, Max: 10}}},
		})
		_, errDistribution := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Numbered(1),
		})
		for what, err := range map[string]error{
			"filter": errFilter, "capture": errCapture, "distribution": errDistribution,
		} {
			named := err != nil && strings.Contains(err.Error(), "enginetest:one")
			if !errors.Is(err, uprobe.ErrArgument) || !named {
				t.Errorf("%s: %v", what, err)
			}
		}
		if probe.Enabled() {
			t.Error("a failed attempt left the probe attached")
		}
	})
}
