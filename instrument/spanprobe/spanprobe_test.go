package spanprobe

import (
	"bytes"
	"context"
	"errors"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

func newTracer(t testing.TB, provider string, options ...Option) *Tracer {
	t.Helper()
	tracer, err := NewTracer(provider, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tracer.Provider().Close() })
	return tracer
}

func started(tracer *Tracer, id, parent, trace uint64, name string) stapsdttest.Event {
	return stapsdttest.Fired(tracer.start, id, parent, trace, name)
}

func ended(tracer *Tracer, id uint64, name, err string) stapsdttest.Event {
	return stapsdttest.Fired(tracer.end, id, name, err, stapsdttest.Any)
}

// TestSpans: spans are within those in whose context they begin, also of another tracer.
func TestSpans(t *testing.T) {
	shop, bank := newTracer(t, "span_shop"), newTracer(t, "span_bank")
	r := stapsdttest.Record(t, shop.Provider(), bank.Provider())
	order := shop.Start(t.Context(), "order")
	pay := shop.Start(order.Context(), "pay")
	charge := bank.Start(pay.Context(), "charge")
	charge.End()
	charge.End()
	pay.Fail(errors.New("too little"))
	pay.Fail(nil)
	pay.End()
	ship := shop.Start(order.Context(), "ship")
	ship.End()
	order.End()
	other := shop.Start(t.Context(), "other")
	other.End()
	id := r.Events()[0].Args[0].(uint64)
	r.Want(
		started(shop, id, 0, id, "order"),
		started(shop, id+1, id, id, "pay"),
		started(bank, id+2, id+1, id, "charge"),
		ended(bank, id+2, "charge", ""),
		ended(shop, id+1, "pay", "too little"),
		started(shop, id+3, id, id, "ship"),
		ended(shop, id+3, "ship", ""),
		ended(shop, id, "order", ""),
		started(shop, id+4, 0, id+4, "other"),
		ended(shop, id+4, "other", ""),
	)
}

// TestTracedInBetween: a span that began untraced is not seen, nor are spans in its context within
// one.
func TestTracedInBetween(t *testing.T) {
	tracer := newTracer(t, "span_between")
	outer := tracer.Start(t.Context(), "outer")
	r := stapsdttest.Record(t, tracer.Provider())
	inner := tracer.Start(outer.Context(), "inner")
	inner.End()
	outer.End()
	if outer.Traced() || !inner.Traced() || !tracer.Enabled() {
		t.Errorf("traced: outer %v, inner %v, tracer %v", outer.Traced(), inner.Traced(),
			tracer.Enabled())
	}
	id := r.Events()[0].Args[0].(uint64)
	r.Want(started(tracer, id, 0, id, "inner"), ended(tracer, id, "inner", ""))
}

// TestContext: a traced span's context is the other one in everything else.
func TestContext(t *testing.T) {
	tracer := newTracer(t, "span_context")
	stapsdttest.Record(t, tracer.Provider())
	type name struct{}
	lost := errors.New("lost")
	outer, cancel := context.WithCancelCause(context.WithValue(t.Context(), name{}, "Ada"))
	s := tracer.Start(outer, "s")
	inner, cancelInner := context.WithCancel(s.Context())
	defer cancelInner()
	if got := inner.Value(name{}); got != "Ada" {
		t.Errorf("value %v, want Ada", got)
	}
	cancel(lost)
	<-inner.Done()
	if got := context.Cause(inner); got != lost {
		t.Errorf("cause %v, want %v", got, lost)
	}
	s.End()
	var none context.Context // a mistake that must not matter more because somebody traces
	tracer.Start(none, "none").End()
}

// TestDuration: a span is as long as what is in it, at least.
func TestDuration(t *testing.T) {
	tracer := newTracer(t, "span_duration")
	r := stapsdttest.Record(t, tracer.end)
	s := tracer.Start(t.Context(), "s")
	var took time.Duration
	for began := time.Now(); took == 0; took = time.Since(began) {
	}
	s.End()
	if got := r.Events()[0].Args[3].(time.Duration); got < took {
		t.Errorf("got %v, what is in it took %v", got, took)
	}
}

// TestGoroutines: each span has one start and one end, with the same id, in many goroutines.
func TestGoroutines(t *testing.T) {
	const goroutines, spans = 8, 100
	tracer := newTracer(t, "span_goroutines")
	r := stapsdttest.Record(t, tracer.Provider())
	outer := tracer.Start(t.Context(), "outer")
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range spans {
				s := tracer.Start(outer.Context(), "inner")
				var both sync.WaitGroup
				both.Go(s.End)
				both.Go(s.End)
				both.Wait()
			}
		})
	}
	all.Wait()
	outer.End()
	var starts, ends []uint64
	for _, e := range r.Events() {
		id := e.Args[0].(uint64)
		if strings.HasSuffix(e.Probe, "_start") {
			starts = append(starts, id)
		} else {
			ends = append(ends, id)
		}
	}
	slices.Sort(starts)
	slices.Sort(ends)
	if len(slices.Compact(starts)) != goroutines*spans+1 || !slices.Equal(starts, ends) {
		t.Errorf("%d starts and %d ends do not belong together", len(starts), len(ends))
	}
}

// TestLabels reads the labels of this goroutine from Go's own profile.
func TestLabels(t *testing.T) {
	tracer := newTracer(t, "span_labels", WithLabels())
	want := func(when, label string) {
		t.Helper()
		if got := labels(t); !strings.Contains(got, label) || (label == "" && got != "") {
			t.Errorf("%s: labels %q, want %q", when, got, label)
		}
	}
	tracer.Start(t.Context(), "untraced")
	want("untraced", "")
	stapsdttest.Record(t, tracer.Provider())
	outer := tracer.Start(t.Context(), "order")
	want("outer", `"span":"order"`)
	inner := tracer.Start(outer.Context(), "pay")
	want("inner", `"span":"pay"`)
	inner.End()
	want("after inner", `"span":"order"`)
	outer.End()
	want("after outer", "")
}

// labels returns the line of labels of the goroutine that runs this function.
func labels(t *testing.T) string {
	t.Helper()
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	for goroutine := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(goroutine, "spanprobe.labels") {
			for line := range strings.Lines(goroutine) {
				if strings.HasPrefix(line, "# labels:") {
					return line
				}
			}
			return ""
		}
	}
	t.Fatalf("the goroutine is not in the profile: %s", &profile)
	return ""
}

func TestNames(t *testing.T) {
	if _, err := NewTracer("no such name"); !errors.Is(err, stapsdt.ErrName) {
		t.Errorf("got %v, want an ErrName", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustTracer does not panic")
		}
	}()
	MustTracer("")
}

// TestUntraced: nothing is allocated, and the context stays the same.
func TestUntraced(t *testing.T) {
	tracer := newTracer(t, "span_untraced", WithLabels())
	ctx, failure := t.Context(), errors.New("lost")
	allocations := testing.AllocsPerRun(100, func() {
		s := tracer.Start(ctx, "s")
		if s.Context() != ctx {
			t.Error("the context is another")
		}
		s.Fail(failure)
		s.End()
	})
	if allocations != 0 || tracer.Enabled() {
		t.Errorf("%v allocations, enabled %v", allocations, tracer.Enabled())
	}
	Span{}.End()
}
