package uprobe_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestManyProbes traces so many probes that they share programs and links: each hit must count for
// its own probe. Sites that the kernel refuses are found among the others. Without uprobe_multi
// links nothing is shared, and fewer probes do, because detaching takes 50 ms each.
func TestManyProbes(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	features := kernel.Running().Features
	if !features.RingBuffer {
		stayOnCPU(t)
	}
	n, isShared := 500, features.Multi
	if !isShared {
		n = 50
	}
	var fire []func(int64)
	var names []string
	p := provider(t, func(p *stapsdt.Provider) {
		for i := range n {
			names = append(names, fmt.Sprintf("probe%03d", i))
			if i%2 == 0 {
				fire = append(fire, stapsdt.MustProbe1[int64](p, names[i]).Fire)
				continue
			}
			second := stapsdt.MustProbe2[int8, int64](p, names[i])
			fire = append(fire, func(v int64) { second.Fire(0, v) })
		}
	})
	probes := find(t, p, names...)
	bad := []int{0, 1, n / 2, n - 1}
	for _, i := range bad {
		probes[i].Sites[0].Note.FileOffset = math.MaxInt32 // beyond the end of the file
	}
	var skipped []string
	o := uprobe.Options{PID: os.Getpid(), Skipped: func(site uprobe.Site, _ error) {
		skipped = append(skipped, site.Note.Name)
	}}
	before := descriptors(t)
	tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, tracer)
	if used := descriptors(t) - before; isShared && used > n/5 {
		t.Errorf("%d probes take %d descriptors", n, used)
	}
	counter, err := uprobe.Count(probes, o)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, counter)
	if _, of := counter.Detached(); of != n-len(bad) {
		t.Errorf("attached to %d sites, want %d", of, n-len(bad))
	}

	var want []event
	counts := make([]uint64, n)
	for i := range n {
		fire[i](int64(i))
		if slices.Contains(bad, i) {
			continue
		}
		args := []uprobe.Value{signed(int64(i))}
		if i%2 != 0 {
			args = slices.Insert(args, 0, signed(0))
		}
		want, counts[i] = append(want, event{i, args}), 1
	}
	if diff := cmp.Diff(want, receive(t, tracer)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if sites, of := tracer.Detached(); sites != of || of == 0 {
		t.Errorf("%d of %d sites are detached", sites, of)
	}
	got, err := counter.Read()
	if diff := cmp.Diff(counts, got); diff != "" || err != nil {
		t.Errorf("%v, counts (-want +got)\n%s", err, diff)
	}
	slices.Sort(skipped)
	badNames := []string{}
	for _, i := range bad {
		badNames = append(badNames, names[i], names[i]) // by both
	}
	if diff := cmp.Diff(badNames, skipped); diff != "" {
		t.Errorf("skipped (-want +got)\n%s", diff)
	}
}

// TestInterruptedAttach: nothing stays attached when attaching is interrupted.
func TestInterruptedAttach(t *testing.T) {
	var a *stapsdt.Probe0
	p := provider(t, func(p *stapsdt.Provider) {
		a = stapsdt.MustProbe0(p, "a")
		stapsdt.MustProbe1[int](p, "b")
	})
	probes := find(t, p, "a", "b")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		interrupted := errors.New("interrupted")
		attached := false
		o.Interrupted = func() error {
			if a.Enabled() {
				attached = true
				return interrupted
			}
			return nil
		}
		counter, err := uprobe.Count(probes, o)
		if err == nil {
			closing(t, counter)
		}
		if !errors.Is(err, interrupted) || !attached || a.Enabled() {
			t.Errorf("%v; attached before %t, after %t", err, attached, a.Enabled())
		}
	})
}
