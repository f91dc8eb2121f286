package stapsdt_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
)

// These tests run on every platform. No probe of theirs is loaded.

// heardProvider returns a provider whose probes nobody else hears.
func heardProvider(t testing.TB, name string) *stapsdt.Provider {
	t.Helper()
	p := stapsdt.MustProvider(name)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func mustListen(t testing.TB, c stapsdt.ListenConfig, patterns ...string) *stapsdt.Listener {
	t.Helper()
	l, err := c.Listen(patterns...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// argsOf closes the listener and returns the arguments of what it has heard.
func argsOf(l *stapsdt.Listener) (all [][]any) {
	l.Close()
	for e := range l.Events(nil) {
		all = append(all, e.Args)
	}
	return all
}

func TestListenTypes(t *testing.T) {
	type (
		status int8
		name   string
		data   []byte
	)
	p := heardProvider(t, "listentypes")
	l := mustListen(t, stapsdt.ListenConfig{}, "listentypes:*")
	none := stapsdt.MustProbe0(p, "none")
	signed := stapsdt.MustProbe6[int8, int16, int32, int64, int, status](p, "signed")
	unsigned := stapsdt.MustProbe6[uint8, uint16, uint32, uint64, uint, uintptr](p, "unsigned")
	other := stapsdt.MustProbe4[bool, float32, float64, time.Duration](p, "other")
	texts := stapsdt.MustProbe4[string, name, int16, data](p, "texts")
	dynamic, err := p.AddProbe("dynamic", stapsdt.Int8, stapsdt.String, stapsdt.Uint64, stapsdt.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	none.Fire()
	signed.Fire(-1, math.MinInt16, -3, math.MinInt64, -5, -6)
	unsigned.Fire(255, 65535, math.MaxUint32, math.MaxUint64, math.MaxUint, math.MaxUint)
	other.Fire(true, -1.5, math.Pi, time.Second)
	texts.Fire("", "Ada\x00\xff", -1, data("12345678"))
	texts.Fire("123456789", "", 0, nil)
	if err := dynamic.Fire(-128, "text", 7, []byte{1}); err != nil {
		t.Fatal(err)
	}
	want := [][]any{
		{},
		{int8(-1), int16(math.MinInt16), int32(-3), int64(math.MinInt64), -5, status(-6)},
		{uint8(255), uint16(65535), uint32(math.MaxUint32), uint64(math.MaxUint64), uint(math.MaxUint),
			uintptr(math.MaxUint)},
		{true, float32(-1.5), math.Pi, time.Second},
		{"", name("Ada\x00\xff"), int16(-1), data("12345678")},
		{"123456789", name(""), int16(0), data{}},
		{int8(-128), "text", uint64(7), []byte{1}},
	}
	if diff := cmp.Diff(want, argsOf(l)); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestListenLongTexts(t *testing.T) {
	p := heardProvider(t, "listenlong")
	probe := stapsdt.MustProbe3[string, []byte, int](p, "p", "s", "b", "n")
	l := mustListen(t, stapsdt.ListenConfig{Text: 100}, "listenlong:p")
	for _, n := range []int{0, 99, 100, 101, stapsdt.MaxText + 1} {
		probe.Fire(strings.Repeat("s", n), []byte(strings.Repeat("b", n)), n)
	}
	l.Close()
	for e := range l.Events(nil) {
		n := e.Args[2].(int)
		kept := min(n, 100)
		want := []any{strings.Repeat("s", kept), []byte(strings.Repeat("b", kept)), n}
		if diff := cmp.Diff(want, e.Args); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", n, diff)
		}
		if e.Cut != [stapsdt.MaxArgs]int{n - kept, n - kept} {
			t.Errorf("%d bytes: cut %d", n, e.Cut)
		}
	}
}

// TestListenWhom hears what matches, from Listen to Close, and each listener for itself.
func TestListenWhom(t *testing.T) {
	p := heardProvider(t, "listenwhom")
	first := stapsdt.MustProbe1[int](p, "first")
	second := stapsdt.MustProbe1[int](p, "second")
	first.Fire(0)
	if first.Enabled() {
		t.Error("enabled while nobody listens")
	}
	all := mustListen(t, stapsdt.ListenConfig{}, "listenwhom:*")
	some := mustListen(t, stapsdt.ListenConfig{}, "listenwhom:f*", "*whom:fir[s]t", "other:*")
	first.Fire(1)
	second.Fire(2)
	third := stapsdt.MustProbe1[int](p, "third")
	if !third.Enabled() || !first.Enabled() {
		t.Error("disabled while somebody listens")
	}
	third.Fire(3)
	if diff := cmp.Diff([][]any{{1}}, argsOf(some)); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	first.Fire(4)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if first.Enabled() {
		t.Error("enabled although the provider is closed")
	}
	first.Fire(5)
	if diff := cmp.Diff([][]any{{1}, {2}, {3}, {4}}, argsOf(all)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
}

// TestListenCloseBesideNew declares probes while listeners and counters close: none may stay
// enabled.
func TestListenCloseBesideNew(t *testing.T) {
	p := heardProvider(t, "listenclose")
	var probes []*stapsdt.Probe0
	for i := range 200 {
		l := mustListen(t, stapsdt.ListenConfig{Buffer: 1024, Text: 64}, "listenclose:*")
		c, err := stapsdt.Count("listenclose:*")
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			for j := range 4 {
				probes = append(probes, stapsdt.MustProbe0(p, fmt.Sprintf("p%d_%d", i, j)))
			}
		})
		both.Go(func() {
			l.Close()
			c.Close()
		})
		both.Wait()
		for _, probe := range probes {
			if probe.Enabled() {
				t.Fatalf("round %d: %s is enabled", i, probe.Name())
			}
		}
		probes = probes[:0]
	}
}

func TestListenRefuses(t *testing.T) {
	for _, patterns := range [][]string{nil, {""}, {"a"}, {"a:"}, {":b"}, {"a:[", "b:c"}} {
		if _, err := stapsdt.Listen(patterns...); !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("patterns %q: %v, want ErrArgs", patterns, err)
		}
		if _, err := stapsdt.Count(patterns...); !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("count of patterns %q: %v, want ErrArgs", patterns, err)
		}
	}
	for _, c := range []stapsdt.ListenConfig{
		{Text: 63}, {Text: -1}, {Text: stapsdt.MaxText + 1}, {Buffer: -1}, {Buffer: 16*4096 - 1},
		{Buffer: 1<<30 + 1}, {Buffer: 1 << 20, Text: 1<<16 + 1},
	} {
		if _, err := c.Listen("a:*"); !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("%+v: %v, want ErrArgs", c, err)
		}
	}
}

// TestListenExactly fires from many goroutines, faster than the events are received: the events of
// each goroutine come in its order, their times do not go back, and with the lost ones they are
// all that were fired.
func TestListenExactly(t *testing.T) {
	const goroutines, fires = 8, 20_000
	for _, buffer := range []int{1024, 1 << 16, stapsdt.DefaultBuffer} {
		t.Run(fmt.Sprint(buffer, " bytes"), func(t *testing.T) {
			p := heardProvider(t, "listenexactly")
			probe := stapsdt.MustProbe3[int, int, string](p, "p")
			l := mustListen(t, stapsdt.ListenConfig{Buffer: buffer, Text: 64}, "listenexactly:*")
			counter, err := stapsdt.Count("listenexactly:*")
			if err != nil {
				t.Fatal(err)
			}
			defer counter.Close()
			var firing sync.WaitGroup
			for g := range goroutines {
				firing.Go(func() {
					for i := range fires {
						probe.Fire(g, i, strings.Repeat("x", i%100))
					}
				})
			}
			go func() {
				firing.Wait()
				l.Close()
			}()
			var received uint64
			var newest time.Time
			next := make([]int, goroutines)
			for e := range l.Events(nil) {
				received++
				g, i := e.Args[0].(int), e.Args[1].(int)
				if i < next[g] {
					t.Fatalf("goroutine %d fired %d before %d", g, i, next[g]-1)
				}
				next[g] = i + 1
				if e.Cut[2] != max(0, i%100-64) || e.Args[2] != strings.Repeat("x", min(i%100, 64)) {
					t.Fatalf("fire %d has the text %q, cut %d", i, e.Args[2], e.Cut)
				}
				if e.Time.Before(newest) {
					t.Fatalf("%v after %v", e.Time, newest)
				}
				newest = e.Time
			}
			if received+l.Lost() != goroutines*fires {
				t.Errorf("received %d, lost %d, fired %d", received, l.Lost(), goroutines*fires)
			}
			if counts := counter.Counts(); len(counts) != 1 || counts[0].Probe != &probe.Probe ||
				counts[0].Fires != goroutines*fires {
				t.Errorf("counted %v, fired %d", counts, goroutines*fires)
			}
			t.Logf("received %d, lost %d", received, l.Lost())
		})
	}
}

// TestListenWakes receives events one by one as they are fired.
func TestListenWakes(t *testing.T) {
	p := heardProvider(t, "listenwakes")
	probe := stapsdt.MustProbe1[int](p, "p")
	l := mustListen(t, stapsdt.ListenConfig{}, "listenwakes:*")
	answer := make(chan int)
	done := make(chan struct{})
	go func() {
		for e := range l.Events(done) {
			answer <- e.Args[0].(int)
		}
		close(answer)
	}()
	for i := range 100 {
		probe.Fire(i)
		if got := <-answer; got != i {
			t.Fatalf("received %d, want %d", got, i)
		}
	}
	close(done)
	if _, ok := <-answer; ok {
		t.Error("the sequence goes on when done is closed")
	}
	probe.Fire(100)
	l.Close()
	for e := range l.Events(nil) {
		if e.Args[0] != 100 {
			t.Errorf("received %v", e.Args)
		}
	}
}

// TestListenComesAndGoes has listeners, counters and providers come and go while probes fire.
func TestListenComesAndGoes(t *testing.T) {
	p := heardProvider(t, "listencomes")
	probe := stapsdt.MustProbe2[string, int](p, "p")
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					probe.Fire("text", i)
				}
			}
		})
		all.Go(func() {
			for i := range 200 {
				other := stapsdt.MustProvider(fmt.Sprint("listencomes", i))
				another := stapsdt.MustProbe1[int](other, "p")
				another.Fire(i)
				if err := other.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 100 {
		l := mustListen(t, stapsdt.ListenConfig{Buffer: 1 << 16, Text: 64}, "listencomes*:*")
		c, err := stapsdt.Count("listencomes*:*")
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			for e := range l.Events(nil) {
				if len(e.Args) == 2 && e.Args[0] != "text" {
					t.Errorf("received %v", e.Args)
				}
				if e.Probe == &probe.Probe {
					break // there are more
				}
			}
		}
		c.Close()
		l.Close()
	}
	close(stop)
	all.Wait()
	if probe.Enabled() {
		t.Error("enabled when all listeners are closed")
	}
}

// TestEventCompares: go-cmp compares events without options, and says where they differ.
func TestEventCompares(t *testing.T) {
	p := heardProvider(t, "compares")
	probe := stapsdt.MustProbe2[int, string](p, "p", "n", "s")
	other := stapsdt.MustProbe2[int, string](p, "other", "n", "s")
	l := mustListen(t, stapsdt.ListenConfig{Text: 64}, "compares:*")
	probe.Fire(1, strings.Repeat("x", 65))
	got := l.Take()
	want := func(p *stapsdt.Probe, n, cut int) []stapsdt.Event {
		return []stapsdt.Event{{
			Time: got[0].Time.UTC(), Probe: p, Args: []any{n, strings.Repeat("x", 64)},
			Cut: [stapsdt.MaxArgs]int{1: cut},
		}}
	}
	if diff := cmp.Diff(want(&probe.Probe, 1, 1), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, test := range map[string]struct {
		want  []stapsdt.Event
		lines []string
	}{
		"probe": {want(&other.Probe, 1, 1), []string{"-", " compares:other n=1", "+", " compares:p n=1"}},
		"arg":   {want(&probe.Probe, 2, 1), []string{"-", " n=2 ", "+", " n=1 "}},
		"cut":   {want(&probe.Probe, 1, 0), []string{"-", `xx"`, "+", `xx"+1`}},
		"none":  {[]stapsdt.Event{{}}, []string{"-", "no probe", "+", "compares:p"}},
	} {
		t.Run(name, func(t *testing.T) {
			rest := cmp.Diff(test.want, got)
			for _, part := range test.lines {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("no %q in its place of the difference:\n%s", part, cmp.Diff(test.want, got))
				}
				rest = after
			}
		})
	}
}
