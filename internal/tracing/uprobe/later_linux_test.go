package uprobe_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestLater attaches to a further probe while another is traced, and releases it when it is gone.
func TestLater(t *testing.T) {
	var first, second *stapsdt.Probe1[int64]
	p := provider(t, func(p *stapsdt.Provider) { first = stapsdt.MustProbe1[int64](p, "first") })
	q := provider(t, func(p *stapsdt.Provider) { second = stapsdt.MustProbe1[int64](p, "second") })
	there := find(t, p, "first")
	later := []uprobe.Later{{Probe: find(t, q, "second")[0], Index: 1}}
	isLater := func(s uprobe.Site) bool { return s.Path == q.Path() }

	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		tracer, err := uprobe.Trace(there, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		counter, err := uprobe.Count(there, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		second.Fire(1) // nobody sees it
		if err := tracer.Attach(later, [][]uprobe.Capture{nil}); err != nil {
			t.Fatal(err)
		}
		if err := counter.Attach(later); err != nil {
			t.Fatal(err)
		}
		first.Fire(2)
		second.Fire(-3)
		for _, s := range []interface {
			Release(func(uprobe.Site) bool) (wait func())
		}{tracer, counter} {
			s.Release(isLater)
		}
		for second.Enabled() { // until the kernel has detached
			time.Sleep(time.Millisecond)
		}
		if !first.Enabled() {
			t.Error("another site is released")
		}
		second.Fire(4) // nobody sees it
		want := []event{{0, []uprobe.Value{signed(2)}}, {1, []uprobe.Value{signed(-3)}}}
		if diff := cmp.Diff(want, receive(t, tracer)); diff != "" {
			t.Errorf("events (-want +got)\n%s", diff)
		}
		counts, err := counter.Read()
		if diff := cmp.Diff([]uint64{1, 1}, counts); diff != "" || err != nil {
			t.Errorf("%v, counts (-want +got)\n%s", err, diff)
		}
		if err := tracer.Attach(later, [][]uprobe.Capture{nil}); err != nil || second.Enabled() {
			t.Errorf("it is attached after its end: %v", err)
		}
	})
}

// TestLaterFails: when attaching to one of several sites fails, all are as they were before.
func TestLaterFails(t *testing.T) {
	var second *stapsdt.Probe1[int64]
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe1[int64](p, "first") })
	q := provider(t, func(p *stapsdt.Provider) { second = stapsdt.MustProbe1[int64](p, "second") })
	r := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe1[int64](p, "third") })
	there := find(t, p, "first")
	later := []uprobe.Later{
		{Probe: find(t, q, "second")[0], Index: 1}, {Probe: find(t, r, "third")[0], Index: 2},
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		isFull := true
		o.Open = func(site uprobe.Site) (*os.File, error) {
			if isFull && site.Path == r.Path() {
				return nil, unix.EMFILE
			}
			return os.OpenFile(site.Path, unix.O_PATH, 0)
		}
		counter, err := uprobe.Count(there, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		if err := counter.Attach(later); !errors.Is(err, unix.EMFILE) || second.Enabled() {
			t.Errorf("%v, and the site before it is attached: %t", err, second.Enabled())
		}
		isFull = false
		if err := counter.Attach(later); err != nil {
			t.Fatal(err)
		}
		second.Fire(1)
		counts, err := counter.Read()
		if diff := cmp.Diff([]uint64{0, 1, 0}, counts); diff != "" || err != nil {
			t.Errorf("%v, counts (-want +got)\n%s", err, diff)
		}
	})
}

// TestLaterIsRefused: a probe beyond the room, and captures too large for it.
func TestLaterIsRefused(t *testing.T) {
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe1[string](p, "text") })
	probes := find(t, p, "text")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		counter, err := uprobe.Count(probes, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, counter)
		last := uprobe.Later{Probe: probes[0], Index: uprobe.MaxLater}
		if err := counter.Attach([]uprobe.Later{last}); err != nil {
			t.Error(err)
		}
		last.Index++
		if err := counter.Attach([]uprobe.Later{last}); err == nil {
			t.Error("there is room for any number")
		}
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		large := []uprobe.Capture{{Arg: 0, Length: -1, Max: uprobe.MaxCapture}}
		later := []uprobe.Later{{Probe: probes[0], Index: 1}}
		if err := tracer.Attach(later, [][]uprobe.Capture{large}); err == nil {
			t.Error("there is room for any record")
		}
	})
}
