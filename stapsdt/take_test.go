package stapsdt_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestTake takes what is there, while others fire and between parts of Events.
func TestTake(t *testing.T) {
	const fires = 1000
	p := heardProvider(t, "take")
	probe := stapsdt.MustProbe2[int, int](p, "p")
	l := mustListen(t, stapsdt.ListenConfig{}, "take:*")
	if events := l.Take(); len(events) != 0 {
		t.Errorf("took %v before anything was fired", events)
	}
	next := [3]int{}
	check := func(events ...stapsdt.Event) {
		t.Helper()
		for _, e := range events {
			g := e.Args[0].(int)
			if e.Args[1] != next[g] {
				t.Fatalf("goroutine %d: event %v, want %d", g, e.Args[1], next[g])
			}
			next[g]++
		}
	}
	var firing sync.WaitGroup
	for g := 1; g <= 2; g++ {
		firing.Go(func() {
			for i := range fires {
				probe.Fire(g, i)
			}
		})
	}
	for i := range fires {
		probe.Fire(0, i)
		check(l.Take()...)
		if next[0] != i+1 {
			t.Fatalf("%d of the %d events that were fired before were taken", next[0], i+1)
		}
	}
	firing.Wait()
	check(l.Take()...)
	probe.Fire(0, fires)
	probe.Fire(0, fires+1)
	for e := range l.Events(nil) {
		check(e)
		break // the next one is in the batch
	}
	probe.Fire(0, fires+2)
	l.Close()
	check(l.Take()...)
	if diff := cmp.Diff([3]int{fires + 3, fires, fires}, next); diff != "" {
		t.Errorf("number of events by goroutine (-want +got):\n%s", diff)
	}
}
