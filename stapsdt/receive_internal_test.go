package stapsdt

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/ring"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/ticks"
)

// heard is a listener for probes whose events the test makes, and its number of a probe.
func heard(t *testing.T) (*Listener, func(at ticks.Ticks, value uint64)) {
	t.Helper()
	p := MustProvider("receive")
	probe := MustProbe1[uint64](p, "p")
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	l, err := Listen("receive:p")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, func(at ticks.Ticks, value uint64) {
		if l.probes.probe(0) != &probe.Probe {
			t.Fatal("another probe has number 0")
		}
		record, _ := l.ring.Reserve(0, recordArgs+1)
		record[recordTicks], record[recordArgs] = uint64(at), value
		ring.Commit(record)
	}
}

// next receives n events, and returns their only arguments. Times must not go back.
func next(t *testing.T, l *Listener, n int, newest *time.Time) (values []any) {
	t.Helper()
	for e := range l.Events(nil) {
		if e.Time.Before(*newest) {
			t.Errorf("event %v at %v, after %v", e.Args, e.Time, *newest)
		}
		*newest = e.Time
		if values = append(values, e.Args...); len(values) == n {
			break
		}
	}
	return values
}

// TestReceiveHurries: the receiver does not make its pause to the end when the buffer is half full,
// nor when it is full.
func TestReceiveHurries(t *testing.T) {
	p := MustProvider("hurries")
	defer p.Close()
	probe := MustProbe2[int, int](p, "p")
	l, err := ListenConfig{Buffer: 64 << 10, Text: 64}.Listen("hurries:p")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.pause = 24 * time.Hour
	var received atomic.Uint64
	var receiving sync.WaitGroup
	receiving.Go(func() {
		for range l.Events(nil) {
			received.Add(1)
		}
	})
	fired := uint64(0)
	for range 100 {
		deadline := time.Now().Add(testenv.Patience)
		for before := received.Load(); received.Load() == before; fired++ {
			probe.Fire(1, 2)
			if fired%1000 == 0 && time.Now().After(deadline) {
				t.Fatalf("fired %d, received %d in %v", fired, received.Load(), testenv.Patience)
			}
		}
	}
	l.Close()
	receiving.Wait()
	if received.Load()+l.Lost() != fired {
		t.Errorf("received %d, lost %d, fired %d", received.Load(), l.Lost(), fired)
	}
}

func TestDefaultBuffer(t *testing.T) {
	for processors, want := range map[int]int{
		1: 4 << 20, 2: 4 << 20, 8: 4 << 20, 9: 4<<20 + 512<<10, 16: 8 << 20, 64: 32 << 20, 500: 32 << 20,
	} {
		if got := defaultBuffer(processors); got != want {
			t.Errorf("for %d processors %d bytes, want %d", processors, got, want)
		}
	}
}

// TestReceiveLate has events come of which the ticks were counted long before.
func TestReceiveLate(t *testing.T) {
	l, put := heard(t)
	newest := time.Now()
	begin, _ := l.clock.Now()
	for i := range uint64(3) {
		now, _ := l.clock.Now()
		put(now, 10*i)
		put(begin+ticks.Ticks(i), 10*i+1) // late; in the first round, it is as if it were not
		if got := next(t, l, 2, &newest); !slices.Equal(got, []any{10*i + 1, 10 * i}) {
			t.Errorf("round %d: received %v, want the late one first", i, got)
		}
	}
}

// TestReceiveWhenCounterGoesBack has events of which the ticks are not reached again: the receiver
// neither keeps them nor waits for ever.
func TestReceiveWhenCounterGoesBack(t *testing.T) {
	l, put := heard(t)
	var newest time.Time
	now, _ := l.clock.Now()
	put(math.MaxInt64, 1)
	put(now, 2)
	put(math.MaxInt64+1, 3)
	if got := next(t, l, 3, &newest); !slices.Equal(got, []any{uint64(2), uint64(1), uint64(3)}) {
		t.Errorf("received %v, want 2, 1, 3", got)
	}
	put(math.MaxInt64, 4)
	l.Close()
	if got := next(t, l, 2, &newest); !slices.Equal(got, []any{uint64(4)}) {
		t.Errorf("received %v when closed, want 4 and the end", got)
	}
}

// TestReceiveWakes fires, closes done, and closes the listener when the receiver has lain down.
func TestReceiveWakes(t *testing.T) {
	for _, how := range []string{"done", "Close"} {
		p := MustProvider("wakes")
		probe := MustProbe1[int](p, "p")
		l, err := Listen("wakes:p")
		if err != nil {
			t.Fatal(err)
		}
		done, got := make(chan struct{}), make(chan any)
		go func() {
			defer close(got)
			for e := range l.Events(done) {
				got <- e.Args[0]
			}
		}()
		awaitWaiting := func() {
			for !l.isWaiting.Load() {
				runtime.Gosched()
			}
		}
		for i := range 10 {
			awaitWaiting()
			probe.Fire(i)
			if v := <-got; v != i {
				t.Fatalf("received %v, want %d", v, i)
			}
		}
		awaitWaiting()
		if how == "done" {
			close(done)
		} else {
			l.Close()
		}
		if v, ok := <-got; ok {
			t.Errorf("%s: received %v, want the end", how, v)
		}
		l.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
