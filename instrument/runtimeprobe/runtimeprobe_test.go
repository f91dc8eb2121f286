package runtimeprobe

import (
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// never is an interval that does not pass in a test.
const never = 1000 * time.Hour

const mega = 1 << 20

// TestCollections: each collection that the test asks for is seen, with what the runtime says of it
// in another place.
func TestCollections(t *testing.T) {
	r := stapsdttest.Record(t, gc)
	defer Start(never)()
	kept := make([]byte, 8*mega)
	runtime.GC()
	r.Wait(1)
	for range 16 {
		garbage = make([]byte, mega)
	}
	garbage = nil
	runtime.GC()
	events := r.Wait(2)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	runtime.KeepAlive(kept)
	last := uint64(0)
	for i, e := range events {
		number, pause := e.Args[0].(uint64), e.Args[1].(time.Duration)
		before, live, goal := e.Args[2].(uint64), e.Args[3].(uint64), e.Args[4].(uint64)
		if want := stats.PauseNs[(number+255)%256]; uint64(pause) != want {
			t.Errorf("collection %d: pause %v, want %v", number, pause, time.Duration(want))
		}
		if number <= last || number > uint64(stats.NumGC) {
			t.Errorf("collection %d after %d, of %d", number, last, stats.NumGC)
		}
		if live < 8*mega || goal < live {
			t.Errorf("collection %d: live %d, goal %d, while %d are kept", number, live, goal, 8*mega)
		}
		if isNext := i > 0 && number == last+1; isNext && before < live || !isNext && before != 0 {
			t.Errorf("collection %d after %d: before %d, live %d", number, last, before, live)
		}
		last = number
	}
	if isOne := len(events) == 2 && events[1].Args[0] == events[0].Args[0].(uint64)+1; isOne {
		before, live := events[1].Args[2].(uint64), events[1].Args[3].(uint64)
		if before < live+15*mega {
			t.Errorf("before %d, live %d, with %d of garbage", before, live, 16*mega)
		}
	}
}

var garbage []byte

// TestMemory: the limit is what it was set to, and the heap has what is kept.
func TestMemory(t *testing.T) {
	kept := make([]byte, 32*mega)
	r := stapsdttest.Record(t, memory)
	fireMemory()
	old := debug.SetMemoryLimit(1 << 40)
	fireMemory()
	debug.SetMemoryLimit(old)
	runtime.KeepAlive(kept)
	want := uint64(old)
	if old == math.MaxInt64 {
		want = 0
	}
	for _, e := range r.Events() {
		used, limit := e.Args[0].(uint64), e.Args[1].(uint64)
		heap, stacks := e.Args[2].(uint64), e.Args[3].(uint64)
		if limit != want || heap < 32*mega || stacks == 0 || used < heap+stacks {
			t.Errorf("got %v, want the limit %d, and %d in the heap", e, want, 32*mega)
		}
		want = 1 << 40
	}
}

// TestScheduler: goroutines and processors are those that there are.
func TestScheduler(t *testing.T) {
	const waiting = 100
	end := make(chan struct{})
	defer close(end)
	for range waiting {
		go func() { <-end }()
	}
	r := stapsdttest.Record(t, scheduler)
	defer Start(time.Millisecond)()
	for _, e := range r.Wait(3) {
		goroutines, threads, procs := e.Args[0].(uint64), e.Args[1].(uint64), e.Args[2].(uint64)
		half, most := e.Args[3].(time.Duration), e.Args[4].(time.Duration)
		if goroutines < waiting || goroutines > 10*waiting || threads == 0 ||
			procs != uint64(runtime.GOMAXPROCS(0)) || half < 0 || most < half {
			t.Errorf("got %v, want %d goroutines, %d procs", e, waiting, runtime.GOMAXPROCS(0))
		}
	}
}

func TestLatencies(t *testing.T) {
	limits := []float64{math.Inf(-1), 1e-6, 1e-3, 1, math.Inf(1)}
	before := latencies{[]uint64{5, 5, 5, 5}, limits}
	for _, test := range []struct {
		counts     []uint64
		half, most time.Duration
	}{
		{[]uint64{5, 5, 5, 5}, 0, 0},
		{[]uint64{6, 5, 5, 5}, time.Microsecond, time.Microsecond},
		{[]uint64{5, 6, 6, 5}, time.Millisecond, time.Second},
		{[]uint64{5, 104, 6, 5}, time.Millisecond, time.Millisecond},
		{[]uint64{5, 103, 7, 5}, time.Millisecond, time.Second},
		{[]uint64{5, 5, 5, 6}, time.Second, time.Second}, // nobody knows how much longer
	} {
		half, most := latencies{test.counts, limits}.since(before)
		if half != test.half || most != test.most {
			t.Errorf("%v: got %v, %v, want %v, %v", test.counts, half, most, test.half, test.most)
		}
	}
	if half, most := (latencies{}).since(before); half != 0 || most != 0 {
		t.Errorf("without latencies: got %v, %v", half, most)
	}
}

// TestBuild: a program tells of itself at its start, and when tracing begins.
func TestBuild(t *testing.T) {
	want := stapsdttest.Fired(build, "github.com/go-usdt/usdt", stapsdttest.Any, stapsdttest.Any,
		runtime.Version(), stapsdttest.Any)
	defer Start(time.Millisecond)()
	r := stapsdttest.Record(t, build)
	again := stapsdttest.Record(t, scheduler) // so that further intervals pass
	again.Wait(3)
	if diff := stapsdttest.Diff([]stapsdttest.Event{want}, r.Events()); diff != "" {
		t.Errorf("when tracing begins (-want +got):\n%s", diff)
	}
	t.Run("start", func(t *testing.T) {
		r := stapsdttest.Record(t, build)
		(&sampler{began: time.Now()}).fireBuild()
		r.Want(want)
	})
}

// TestStart: there is one set of probes, until it is stopped.
func TestStart(t *testing.T) {
	r := stapsdttest.Record(t, memory)
	stop := Start(time.Millisecond)
	Start(time.Millisecond)() // which does nothing
	r.Wait(2)
	stop()
	stop()
	Start(0)() // a second, which does not pass
	r.Reset()
	defer Start(never)()
	if !isRunning.Load() {
		t.Error("it does not run again")
	}
	r.Want() // of the first
}

// TestUntraced: an interval allocates nothing while nobody traces.
func TestUntraced(t *testing.T) {
	s := new(sampler)
	if got := testing.AllocsPerRun(100, s.sample); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// TestReportPanic: a panic is reported with its stack, and goes on, traced or not.
func TestReportPanic(t *testing.T) {
	lost := errors.New("lost")
	fail := func() (value any) {
		defer func() { value = recover() }()
		func() {
			defer ReportPanic()
			panic(lost)
		}()
		return nil
	}
	if got := fail(); got != lost {
		t.Errorf("untraced: recovered %v, want %v", got, lost)
	}
	r := stapsdttest.Record(t, panicked)
	if got := fail(); got != lost {
		t.Errorf("traced: recovered %v, want %v", got, lost)
	}
	func() { defer ReportPanic() }()
	r.Want(stapsdttest.Fired(panicked, "lost", stapsdttest.Any))
	stack := r.Events()[0].Args[1].(string)
	if !strings.HasPrefix(stack, "runtimeprobe.TestReportPanic.") {
		t.Errorf("the stack does not begin with who panics: %s", stack)
	}
}
