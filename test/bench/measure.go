//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/test/bench/plain"
)

// A state is what is attached to the probe while a row is measured.
type state string

const (
	disabled state = "nobody attached"
	entered  state = "site entered, nobody attached"
	attached state = "counting perf event attached"
	tallied  state = "usdt count attached"
	counted  state = "stapsdt.Count counts it"
	heard    state = "stapsdt.Listen hears it"
	kept     state = "other ways to keep events"
	inMemory state = "the same, flight recorder"
)

// A row is the cost of one path in one state. If err is not nil, the row was not measured.
type row struct {
	path
	state   state
	arrange arrangement
	code    []byte  // at the probe's site, as published
	ns      float64 // per operation
	allocs  int64   // per operation
	err     error
}

// measureAll measures each row in each round. The fastest round counts, because disturbances only
// add time. A round measures the whole table, so that a disturbance of a second does not spoil
// all the rounds of one row.
func measureAll(rounds int) ([]row, error) {
	g, err := loadGo("bench_go")
	if err != nil {
		return nil, err
	}
	defer g.provider.Close()
	w, err := plain.LoadWrapper("bench_wrapper")
	if err != nil {
		return nil, err
	}
	defer w.Close()
	l, err := plain.LoadLoop("bench_loop", customer)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	t, noTracepoints := startTracepoints()
	if noTracepoints == nil {
		defer t.close()
	}

	idle := append([]path{emptyLoop(), g.enabled()}, g.fires()...)
	inC := append(wrapperFires(w), loopFires(l)...)
	rows := slices.Concat(
		rowsOf(disabled, append(idle, wrapperAsk(w)), asIs),
		rowsOf(entered, g.fires(), whileForced),
		rowsOf(entered, inC, asIs), // C always enters
		rowsOf(attached, append(g.fires(), inC...), whileAttached),
		rowsOf(tallied, g.fires()[:1], whileTallied),
		rowsOf(counted, g.fires()[:1], whileCounted),
		rowsOf(heard, append(g.fires(), g.firesByTwo()), whileHeard),
		rowsOf(kept, otherWays(), asIs),
		rowsOf(kept, logs(), whileTraced),
		tracepointRows(kept, t, noTracepoints),
		rowsOf(inMemory, logs(), whileRecorded),
		tracepointRows(inMemory, t, noTracepoints),
	)
	for range rounds {
		for i := range rows {
			rows[i].measure()
		}
	}
	return rows, nil
}

func rowsOf(s state, paths []path, arrange arrangement) []row {
	rows := make([]row, len(paths))
	for i, p := range paths {
		rows[i] = row{path: p, state: s, arrange: arrange}
		if p.file != "" {
			rows[i].code, rows[i].err = siteCode(p.file, p.site)
		}
	}
	return rows
}

// measure runs one round of the row, unless an earlier one failed.
func (r *row) measure() {
	if r.err != nil {
		return
	}
	result := testing.Benchmark(func(b *testing.B) {
		if r.err = r.arrange(r.path, b); r.err != nil {
			b.FailNow()
		}
	})
	if r.err != nil {
		return
	}
	fires := float64(result.N) * float64(r.batch)
	ns := float64(result.T.Nanoseconds()) / fires
	if r.ns == 0 || ns < r.ns {
		r.ns = ns
	}
	r.allocs = max(r.allocs, int64(float64(result.MemAllocs)/fires))
}

func run(p path, b *testing.B) {
	for b.Loop() {
		p.loop(p.batch)
	}
}

// An arrangement runs a path in a state.
type arrangement func(p path, b *testing.B) error

func asIs(p path, b *testing.B) error {
	run(p, b)
	return nil
}

// whileForced runs the path while its probe seems traced.
func whileForced(p path, b *testing.B) error {
	release, err := force(p.file, p.site)
	if err != nil {
		return err
	}
	run(p, b)
	return release()
}

// whileAttached runs the path with an event attached, and checks that the event counted every
// fire.
func whileAttached(p path, b *testing.B) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	event, err := counter.OpenThread(p.file, p.site)
	if err != nil {
		return err
	}
	defer event.Close()
	run(p, b)
	n, err := event.Value()
	if fires := uint64(b.N) * uint64(p.batch); err == nil && n != fires {
		err = fmt.Errorf("the event counted %d of %d fires", n, fires)
	}
	return err
}
