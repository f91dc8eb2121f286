//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/test/storm/event"
)

// In a beat of the steady hour, a tracer attaches while the breeze fires, the program fires some
// more, and the tracer detaches: it has seen each of these, or says how many it has lost.

var beats = []visitor{
	{"usdt trace", "", (*visit).beatTrace},
	{"engine count", "", (*visit).beatCount},
	{"perf event", "", (*visit).beatPerf},
}

// bpftraceBeat takes the place of another one each minute, because it takes seconds.
var bpftraceBeat = visitor{"bpftrace", "bpftrace", (*visit).beatBpftrace}

// puff is how often probes are fired in a beat.
const puff = 400

// puff fires, and returns how often it has fired each probe that only it fires.
func (v *visit) puff() map[string]uint64 {
	v.Helper()
	before := maps.Clone(v.report.Fired)
	v.ask(v, fmt.Sprint("fire ", puff))
	fired := make(map[string]uint64)
	for probe, n := range v.report.Fired {
		if !strings.HasSuffix(probe, "_mixed") {
			fired[probe] = n - before[probe]
		}
	}
	return fired
}

// balance compares what was fired with what was seen.
func (v *visit) balance(fired, seen map[string]uint64, lost uint64) {
	v.Helper()
	var short uint64
	for probe, n := range fired {
		if seen[probe] > n {
			v.Errorf("saw %d hits of %s, which was fired %d times", seen[probe], probe, n)
			return
		}
		short += n - seen[probe]
	}
	if short > lost {
		v.Errorf("%d fires were not seen, but only %d lost", short, lost)
	}
}

func (v *visit) beatTrace(*rand.Rand) {
	u := v.startUsdt(v, steady...)
	if !u.awaitAttached(v) {
		v.Fatalf("usdt is not attached:\n%s", u.stderr)
	}
	v.attached()
	fired := v.puff()
	lost := u.end(v)
	v.balance(fired, u.events.Received, lost)
}

func (v *visit) beatCount(*rand.Rand) {
	tally, err := v.openTally()
	if err != nil {
		v.Fatalf("%v", err)
	}
	v.Cleanup(func() {
		if err := tally.Close(); err != nil {
			v.Errorf("%v", err)
		}
	})
	v.attached()
	fired := v.puff()
	counts, err := tally.Read()
	if err != nil {
		v.Fatalf("%v", err)
	}
	probes, err := v.probes()
	if err != nil {
		v.Fatalf("%v", err)
	}
	seen := make(map[string]uint64)
	for i, p := range probes {
		seen[p.String()] = counts[i]
	}
	v.balance(fired, seen, tally.Missed())
}

func (v *visit) beatPerf(*rand.Rand) {
	c, err := counter.OpenProbe(v.path, steadyProbe)
	if err != nil {
		v.Fatalf("%v", err)
	}
	v.Cleanup(func() {
		if err := c.Close(); err != nil {
			v.Errorf("%v", err)
		}
	})
	v.attached()
	const name = "steady:" + steadyProbe
	fired := map[string]uint64{name: v.puff()[name]}
	count, err := c.Value()
	if err != nil {
		v.Fatalf("%v", err)
	}
	v.balance(fired, map[string]uint64{name: count}, 0)
}

// beatBpftrace fires until bpftrace has had enough. It says nothing when it has attached, so there
// is no balance.
func (v *visit) beatBpftrace(draws *rand.Rand) {
	var events event.Verifier
	b := v.startBpftrace(draws, &events)
	for ended := false; !ended; {
		v.puff()
		select {
		case <-b.ended:
			ended = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	b.awaitEnd(v)
	v.attached()
	v.settle(&events, 0)
}
