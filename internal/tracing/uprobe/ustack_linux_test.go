package uprobe_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// calls returns the functions of this file that a stack has, as the runtime knows them, the
// innermost first, with how often each comes.
func calls(stack []uint64) string {
	pcs := make([]uintptr, 0, len(stack))
	for _, address := range stack[min(1, len(stack)):] { // behind the site, which no function has
		pcs = append(pcs, uintptr(address))
	}
	var names []string
	times := make(map[string]int)
	for frames, more := runtime.CallersFrames(pcs), true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if _, name, ours := strings.Cut(f.Function, "uprobe_test."); ours {
			if times[name]++; times[name] == 1 {
				names = append(names, name)
			}
		}
	}
	for i, name := range names {
		names[i] = fmt.Sprint(times[name], "*", name)
	}
	return strings.Join(names, " ")
}

//go:noinline
func viaDepth(n int, fire func()) {
	if n > 0 {
		viaDepth(n-1, fire)
		return
	}
	fire()
}

func viaInlined(fire func()) { viaDepth(0, fire) }

// fireAll fires a probe by known ways, and returns how often with which argument by which.
func fireAll(probe *stapsdt.Probe1[int]) map[string]uint64 {
	want := make(map[string]uint64)
	for n := range 300 {
		fire := func() { probe.Fire(n % 7) }
		depth := []int{60, 3, 0}[n%3] // a short stack after a long one in the same memory
		viaDepth(depth, fire)
		want[fmt.Sprintf("%d 1*fireAll.func1 %d*viaDepth 1*fireAll", n%7, depth+1)]++
		if n%2 == 0 {
			viaInlined(fire)
			want[fmt.Sprintf("%d 1*fireAll.func1 1*viaDepth 1*viaInlined 1*fireAll", n%7)]++
		}
	}
	return want
}

// TestStack fires a probe by known ways, and compares how often there was each with what the engine
// counts and traces.
func TestStack(t *testing.T) {
	var probe *stapsdt.Probe1[int]
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe1[int](p, "p") })
	probes := find(t, p, "p")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		by := []uprobe.By{{Argument: uprobe.Numbered(0)}, {Argument: uprobe.Stack}}
		c, err := uprobe.CountBy(probes, by, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o, Stack: true})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		want := fireAll(probe)

		got := make(map[string]uint64)
		groups, err := c.Take()
		for _, g := range groups {
			stack := g.Key[1].Stack
			if int(stack.PID) != os.Getpid() {
				t.Errorf("stack of process %d", stack.PID)
			}
			got[g.Key[0].Int.String()+" "+upToFireAll(stack.Addresses)] += g.Hits
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("counts (-want +got), %v:\n%s", err, diff)
		}

		if err := tracer.Detach(); err != nil {
			t.Fatal(err)
		}
		got = make(map[string]uint64)
		for ev := new(uprobe.Event); err == nil; {
			if err = tracer.Next(ev); err == nil {
				got[fmt.Sprint(ev.Args[0].Int)+" "+upToFireAll(ev.Stack)]++
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("events (-want +got), %v:\n%s", err, diff)
		}
	})
}

// upToFireAll is calls without those that have led to fireAll.
func upToFireAll(stack []uint64) string {
	const outermost = " 1*fireAll"
	functions, _, _ := strings.Cut(calls(stack)+" ", outermost+" ")
	return functions + outermost
}

// eachWay calls f by 1<<n ways, which differ in their stacks.
//
//go:noinline
func eachWay(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	eachWay(n-1, f)
	eachWay(n-1, f)
}

// TestStackTooMany: hits with stacks for which there is no room are counted together.
func TestStackTooMany(t *testing.T) {
	var probe *stapsdt.Probe1[int]
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe1[int](p, "p") })
	probes := find(t, p, "p")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		c, err := uprobe.CountBy(probes, []uprobe.By{{Argument: uprobe.Stack}}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		const ways = 15
		eachWay(ways, func() { probe.Fire(1) })
		groups, err := c.Take()
		if err != nil {
			t.Fatal(err)
		}
		var hits, unknown uint64
		for _, g := range groups {
			hits += g.Hits
			if len(g.Key[0].Stack.Addresses) == 0 {
				unknown += g.Hits
			}
		}
		if hits != 1<<ways || unknown != 1<<ways-uprobe.MaxStacks ||
			len(groups) != uprobe.MaxStacks+1 {
			t.Errorf("%d groups of %d hits, %d with no known stack", len(groups), hits, unknown)
		}
	})
}
