package funcprobe

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

func newProvider(t testing.TB, name string) *stapsdt.Provider {
	t.Helper()
	p, err := stapsdt.NewProvider(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// TestTime: a call has a start, a stack and an end, also when it panics.
func TestTime(t *testing.T) {
	p := newProvider(t, "func_time")
	place := Must[string](p, "place", "customer")
	r := stapsdttest.Record(t, p)
	func() {
		defer func() { _ = recover() }()
		defer Time(place, "Ada")()
		panic("lost")
	}()
	end := Time(place, "Bob")
	end()
	first := r.Events()[0].Args[0].(uint64)
	stack, took := stapsdttest.Any, stapsdttest.Any
	r.Want(
		stapsdttest.Fired(place.start, first, "Ada"),
		stapsdttest.Fired(place.stack, first, "Ada", stack),
		stapsdttest.Fired(place.end, first, "Ada", took),
		stapsdttest.Fired(place.start, first+1, "Bob"),
		stapsdttest.Fired(place.stack, first+1, "Bob", stack),
		stapsdttest.Fired(place.end, first+1, "Bob", took),
	)
}

// TestSignatures: tracers see the key by its name and type.
func TestSignatures(t *testing.T) {
	p := newProvider(t, "func_signatures")
	place := Must[time.Duration](p, "place", "timeout")
	for probe, want := range map[*stapsdt.Probe]string{
		&place.start.Probe: "id uint64, timeout time.Duration",
		&place.end.Probe:   "id uint64, timeout time.Duration, duration time.Duration",
		&place.stack.Probe: "id uint64, timeout time.Duration, stack string",
	} {
		if got := probe.Signature(); got != want || probe.Description() == "" {
			t.Errorf("%s: got %q (%s), want %q", probe.Name(), got, probe.Description(), want)
		}
	}
}

func TestDuration(t *testing.T) {
	p := newProvider(t, "func_duration")
	place := Must[int](p, "place", "key")
	r := stapsdttest.Record(t, place.end)
	var took time.Duration
	end := Time(place, 1)
	for began := time.Now(); took == 0; took = time.Since(began) {
	}
	end()
	if got := r.Events()[0].Args[2].(time.Duration); got < took {
		t.Errorf("got %v, the call took %v", got, took)
	}
}

// TestWrap: a wrapped function gets its argument and gives its result, traced or not.
func TestWrap(t *testing.T) {
	p := newProvider(t, "func_wrap")
	f := Must[int](p, "double", "n")
	double := Wrap(f, func(n int) string { return fmt.Sprint(2 * n) })
	if got := double(1); got != "2" {
		t.Errorf("untraced: got %s, want 2", got)
	}
	r := stapsdttest.Record(t, f.start, f.end)
	if got := double(2); got != "4" {
		t.Errorf("traced: got %s, want 4", got)
	}
	id := r.Events()[0].Args[0]
	r.Want(stapsdttest.Fired(f.start, id, 2), stapsdttest.Fired(f.end, id, 2, stapsdttest.Any))
}

//go:noinline
func outer(f *Func[int]) (line int) { return inner(f) }

func inner(f *Func[int]) (line int) { // may be inlined, which the stack must not show
	defer Time(f, 1)()
	_, _, line, _ = runtime.Caller(0)
	return line - 1
}

// TestStack: the stack has the functions that led to the call, and none of this package.
func TestStack(t *testing.T) {
	p := newProvider(t, "func_stack")
	f := Must[int](p, "f", "key")
	r := stapsdttest.Record(t, f.stack)
	line := outer(f)
	direct := Wrap(f, func(n int) int { return n })
	direct(2)
	for i, want := range []string{
		fmt.Sprintf(`funcprobe\.inner:%d < funcprobe\.outer:\d+ < funcprobe\.TestStack:%s`, line,
			`\d+ < testing\.tRunner:\d+`),
		`funcprobe\.TestStack:\d+ < testing\.tRunner:\d+`,
	} {
		got := r.Events()[i].Args[2].(string)
		if !regexp.MustCompile("^" + want + "$").MatchString(got) {
			t.Errorf("stack %d is %q, want %q", i, got, want)
		}
	}
}

// TestGoroutines: calls at the same time have ids of their own.
func TestGoroutines(t *testing.T) {
	const goroutines, calls = 8, 100
	p := newProvider(t, "func_goroutines")
	f := Must[int](p, "f", "key")
	r := stapsdttest.Record(t, f.start, f.end)
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() {
			for range calls {
				Time(f, i)()
			}
		})
	}
	all.Wait()
	open := make(map[any]any)
	for _, e := range r.Events() {
		id, key := e.Args[0], e.Args[1]
		if before, isOpen := open[id]; !isOpen {
			open[id] = key
		} else if before != key {
			t.Errorf("id %v is of the keys %v and %v", id, before, key)
		}
	}
	if len(open) != goroutines*calls || len(r.Events()) != 2*goroutines*calls {
		t.Errorf("%d calls with %d events, want %d", len(open), len(r.Events()), goroutines*calls)
	}
}

func TestErrors(t *testing.T) {
	p := newProvider(t, "func_errors")
	Must[int](p, "taken", "key")
	for _, test := range []struct {
		name, key string
		want      error
	}{
		{"no such name", "key", stapsdt.ErrName},
		{"f", "no such name", stapsdt.ErrName},
		{"g", "duration", stapsdt.ErrName},
		{"i", "stack", stapsdt.ErrName},
		{"h", "id", stapsdt.ErrName},
		{"taken", "key", stapsdt.ErrDuplicate},
	} {
		if f, err := New[int](p, test.name, test.key); f != nil || !errors.Is(err, test.want) {
			t.Errorf("%s, %s: got %v, %v, want %v", test.name, test.key, f, err, test.want)
		}
	}
	if got := len(p.Probes()); got != 3 {
		t.Errorf("%d probes are declared, want those of the first", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("Must does not panic")
		}
	}()
	Must[int](p, "taken", "key")
}

// TestUntraced: nothing is allocated.
func TestUntraced(t *testing.T) {
	p := newProvider(t, "func_untraced")
	f := Must[string](p, "f", "key")
	length := Wrap(f, func(s string) int { return len(s) })
	allocations := testing.AllocsPerRun(100, func() {
		defer Time(f, "Ada")()
		length("Ada")
	})
	if allocations != 0 || f.Enabled() {
		t.Errorf("%v allocations, enabled %v", allocations, f.Enabled())
	}
}
