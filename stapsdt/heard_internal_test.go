package stapsdt

import (
	"runtime"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// brief fires a probe of a provider that is closed at once, and returns whether it is still in
// memory.
func brief(t *testing.T, n uint64) weak.Pointer[Provider] {
	t.Helper()
	p := MustProvider("brief")
	if other := MustProbe1[uint64](p, "other"); n == 0 {
		other.Fire(n)
	}
	MustProbe1[uint64](p, "p").Fire(n)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return weak.Make(p)
}

// isFreed collects garbage until p is not in memory any more.
func isFreed(p weak.Pointer[Provider]) bool {
	for deadline := time.Now().Add(testenv.Patience); p.Value() != nil; runtime.GC() {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// setLateTime sets lateTime until the test ends.
func setLateTime(t *testing.T, d time.Duration) {
	before := lateTime
	t.Cleanup(func() { lateTime = before })
	lateTime = d
}

// TestListenerForgets: the probes of closed providers take memory only as long as they have events.
func TestListenerForgets(t *testing.T) {
	const rounds = 1000
	setLateTime(t, 0)
	l, err := ListenConfig{Buffer: 16 << 10, Text: 64}.Listen("brief:*")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var oldest weak.Pointer[Provider]
	for n := range uint64(rounds) {
		p := brief(t, n)
		if n == 0 {
			oldest = p
		}
	}
	room := rounds + 1 - l.Lost() // the first provider has fired two
	if got := uint64(len(l.probes.list())); got != room || l.Lost() == 0 {
		t.Errorf("nobody has received: %d probes for %d events, %d lost", got, room, l.Lost())
	}
	var received uint64
	for _, e := range l.Take() {
		if name := e.Probe.Provider().Name() + ":" + e.Probe.Name(); name != "brief:p" && received > 0 {
			t.Errorf("an event of %s", name)
		}
		received++
	}
	if received != room {
		t.Errorf("received %d events of %d", received, room)
	}
	l.Take() // which drops the events that were received
	if left := l.probes.list(); len(left) != 0 {
		t.Errorf("all is received: %d probes are left", len(left))
	}
	if !isFreed(oldest) {
		t.Error("a closed provider stays in memory")
	}
}

// TestListenerLate: a goroutine that was about to fire when the provider was closed may write its
// record after the receiver has looked. It counts as lost only if it comes later than lateTime.
func TestListenerLate(t *testing.T) {
	setLateTime(t, time.Hour)
	l, err := Listen("late:*")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := MustProvider("late")
	early, late := MustProbe1[uint64](p, "early"), MustProbe1[uint64](p, "late")
	value := uint64(1)
	fireEarly, fireLate := firer(&early.Probe, &value), firer(&late.Probe, &value)
	fireEarly()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	expect := func(when string, events int, lost uint64) {
		t.Helper()
		if got := l.Take(); len(got) != events || l.Lost() != lost {
			t.Errorf("%s: received %v, lost %d; want %d and %d", when, got, l.Lost(), events, lost)
		}
	}
	expect("closed", 1, 0)
	for range 3 {
		fireEarly()
		fireLate() // it had no records when the provider was closed
		expect("in time", 2, 0)
	}
	lateTime = 0
	fireEarly()
	expect("before they are forgotten", 1, 0)
	fireEarly()
	fireLate()
	expect("forgotten", 0, 2)
}

// firer returns what goes on with a fire of a probe that hearers have now.
func firer(p *Probe, value *uint64) (fire func()) {
	hearers := p.hearers()
	return func() {
		for _, h := range hearers {
			h.hear(&[MaxArgs]unsafe.Pointer{unsafe.Pointer(value)})
		}
	}
}
