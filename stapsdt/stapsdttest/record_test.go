package stapsdttest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

func TestRecordProvider(t *testing.T) {
	p := provider(t, "recordprovider")
	first := stapsdt.MustProbe2[uint64, string](p, "first", "id", "customer")
	first.Fire(0, "before")
	r := stapsdttest.Record(t, p)
	if !first.Enabled() {
		t.Error("the probe is not enabled while it is recorded")
	}
	first.Fire(1, "Ada")
	second := stapsdt.MustProbe0(p, "second")
	second.Fire()
	want := []stapsdttest.Event{
		{Probe: "recordprovider:first", Args: []any{uint64(1), "Ada"}},
		{Probe: "recordprovider:second", Args: []any{}},
	}
	for range 2 {
		if diff := cmp.Diff(want, r.Events()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	}
	r.Want(stapsdttest.Fired(first, 1, "Ada"), stapsdttest.Fired(second))
	r.Reset()
	r.Want()
	first.Fire(2, strings.Repeat("x", stapsdt.MaxText+1))
	r.Want(stapsdttest.Fired(first, 2, strings.Repeat("x", stapsdt.MaxText)))
}

// TestRecordProbes records some of the probes of a provider, and none of another of its name.
func TestRecordProbes(t *testing.T) {
	p, other := provider(t, "recordprobes"), provider(t, "recordprobes")
	typed := stapsdt.MustProbe1[int8](p, "typed", "n")
	dynamic, err := p.AddProbe("dynamic", stapsdt.Float32, stapsdt.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	left := stapsdt.MustProbe0(p, "left")
	others := stapsdt.MustProbe1[int8](other, "typed")
	r := stapsdttest.Record(t, typed, dynamic)
	rest := stapsdttest.Record(t, &left.Probe, other)
	typed.Fire(-1)
	left.Fire()
	others.Fire(-2)
	if err := dynamic.Fire(float32(0.1), []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	typed.Fire(-3)
	r.Want(stapsdttest.Fired(typed, -1), stapsdttest.Fired(dynamic, 0.1, []byte("text")))
	rest.Want(stapsdttest.Fired(left), stapsdttest.Fired(others, -2))
}

func TestKeep(t *testing.T) {
	p := provider(t, "keep")
	probe := stapsdt.MustProbe2[string, int](p, "p")
	is := func(name string) func(stapsdttest.Event) bool {
		return func(e stapsdttest.Event) bool { return e.Args[0] == name }
	}
	r := stapsdttest.Record(t, p)
	for i, name := range []string{"Ada", "Grace", "Ada"} {
		probe.Fire(name, i)
	}
	r.Keep(is("Ada"))
	probe.Fire("Grace", 3)
	probe.Fire("Ada", 4)
	r.Want(stapsdttest.Fired(probe, "Ada", 0), stapsdttest.Fired(probe, "Ada", 2),
		stapsdttest.Fired(probe, "Ada", 4))
	r.Keep(is("Grace"))
	probe.Fire("Grace", 5)
	r.Want(stapsdttest.Fired(probe, "Grace", 5))
}

// TestParallel records the same probe in tests that run in parallel, and in none of them misses or
// adds an event.
func TestParallel(t *testing.T) {
	const fires = 1000
	p := provider(t, "parallel")
	probe := stapsdt.MustProbe2[string, int](p, "p")
	for _, name := range []string{"Ada", "Grace", "Zoë"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := stapsdttest.Record(t, p).Keep(func(e stapsdttest.Event) bool { return e.Args[0] == name })
			var want []stapsdttest.Event
			for i := range fires {
				probe.Fire(name, i)
				want = append(want, stapsdttest.Fired(probe, name, i))
			}
			r.Want(want...)
		})
	}
}

func TestRaw(t *testing.T) {
	p := provider(t, "raw")
	probe := stapsdt.MustProbe1[int](p, "p")
	r := stapsdttest.Record(t, p)
	before := time.Now()
	probe.Fire(1)
	probe.Fire(2)
	raw := r.Raw()
	after := time.Now()
	if len(raw) != 2 || raw[0].Probe != &probe.Probe || raw[1].Args[0] != 2 {
		t.Fatalf("events %v", raw)
	}
	const inexact = time.Second // the times of a Listener are a little wrong
	if raw[0].Time.Before(before.Add(-inexact)) || raw[1].Time.Before(raw[0].Time) ||
		raw[1].Time.After(after.Add(inexact)) {
		t.Errorf("fired at %v and %v, between %v and %v", raw[0].Time, raw[1].Time, before, after)
	}
}

// TestSynctest records in a bubble, where time stands still and t.Deadline panics.
func TestSynctest(t *testing.T) {
	p := provider(t, "synctest")
	probe := stapsdt.MustProbe1[int](p, "p")
	synctest.Test(t, func(t *testing.T) {
		r := stapsdttest.Record(t, p)
		go func() {
			time.Sleep(time.Hour)
			probe.Fire(1)
		}()
		synctest.Wait()
		r.Want()
		time.Sleep(time.Hour)
		synctest.Wait()
		r.Want(stapsdttest.Fired(probe, 1))
	})
}

func TestRecordEnds(t *testing.T) {
	p := provider(t, "recordends")
	probe := stapsdt.MustProbe1[int](p, "p")
	var r *stapsdttest.Recorder
	t.Run("records", func(t *testing.T) {
		r = stapsdttest.Record(t, p)
		probe.Fire(1)
	})
	if probe.Enabled() {
		t.Error("the probe is enabled after the end of the test")
	}
	probe.Fire(2)
	r.Want(stapsdttest.Fired(probe, 1))
}

func TestRecordRefuses(t *testing.T) {
	closed := stapsdt.MustProvider("closed")
	probe := stapsdt.MustProbe0(closed, "p")
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	const isClosed = "stapsdttest: the provider closed is closed, its probes fire no more: record " +
		"it before it is closed, and close it where the program ends"
	for _, test := range []struct {
		source stapsdttest.Source
		want   string
	}{
		{nil, "stapsdttest: a <nil> that is nil cannot be recorded: declare it first"},
		{(*stapsdt.Probe1[int])(nil), "stapsdttest: a *stapsdt.Probe1[int] that is nil cannot be " +
			"recorded: declare it first"},
		{closed, isClosed},
		{probe, isClosed},
		{stranger{}, "stapsdttest: a stapsdttest_test.stranger cannot be recorded: give a provider " +
			"or a probe of package stapsdt"},
	} {
		var f fakeTB
		got := f.run(func(f *fakeTB) { stapsdttest.Record(f, test.source) })
		if diff := cmp.Diff(test.want, got); diff != "" || !f.fatal {
			t.Errorf("fatal %t (-want +got):\n%s", f.fatal, diff)
		}
	}
}

type stranger struct{}

func (stranger) Name() string { return "stranger" }
func (stranger) Path() string { return "" }

// TestLost fires more than there is room for: the test is told once, by whatever looks next.
func TestLost(t *testing.T) {
	p := provider(t, "lost")
	probe := stapsdt.MustProbe1[string](p, "p")
	flood := func() {
		text := strings.Repeat("x", stapsdt.MaxText)
		for range 4 << 20 / len(text) * 2 {
			probe.Fire(text)
		}
	}
	for name, look := range map[string]func(*stapsdttest.Recorder){
		"Events":  func(r *stapsdttest.Recorder) { r.Events(); r.Events() },
		"Reset":   func(r *stapsdttest.Recorder) { r.Reset() },
		"Wait":    func(r *stapsdttest.Recorder) { r.Wait(1) },
		"cleanup": func(*stapsdttest.Recorder) {},
	} {
		t.Run(name, func(t *testing.T) {
			var f fakeTB
			got := f.run(func(f *fakeTB) {
				r := stapsdttest.Record(f, p)
				flood()
				look(r)
			})
			if !strings.HasPrefix(got, "stapsdttest: ") || f.fatal || len(f.failures) != 1 ||
				!strings.Contains(got, " events were fired and not recorded, because there are too many "+
					"for the buffer of 4 MiB: look at the events more often, such as by Reset or Events, "+
					"record fewer probes, or count with stapsdt.Count; or a goroutine fired more than a "+
					"second after the provider was closed: close it after the goroutines") {
				t.Errorf("fatal %t, failures %q", f.fatal, f.failures)
			}
		})
	}
	t.Run("room", func(t *testing.T) {
		few := stapsdt.MustProbe2[int, int](p, "few")
		r := stapsdttest.Record(t, few)
		for range 3 {
			for i := range 25_000 {
				few.Fire(i, i)
			}
			if got := len(r.Events()); got != 25_000 {
				t.Errorf("%d events", got)
			}
			r.Reset()
		}
	})
}
