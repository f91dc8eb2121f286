//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"os"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func load(t *testing.T, name string) *goProbes {
	t.Helper()
	g, err := loadGo(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.provider.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func TestForce(t *testing.T) {
	g := load(t, "bench_force")
	for range 2 {
		release, err := force(g.provider.Path(), "ints")
		if err != nil {
			t.Fatal(err)
		}
		g.ints.Fire(1, 2)
		if !g.ints.Enabled() || g.text.Enabled() {
			t.Errorf("forced: Enabled of ints is %v, of text %v, want true and false",
				g.ints.Enabled(), g.text.Enabled())
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		if g.ints.Enabled() {
			t.Error("still enabled after the release")
		}
	}
}

func TestAttachCountsFires(t *testing.T) {
	g := load(t, "bench_attach")
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	event, err := counter.OpenThread(g.provider.Path(), "text")
	if err != nil {
		testenv.Lacks(t, err)
	}
	defer event.Close()
	const fires = 7
	for i := range int64(fires) {
		g.text.Fire(customer, i)
		g.ints.Fire(i, i)
	}
	if n, err := event.Value(); n != fires || err != nil {
		t.Errorf("the event counted %d, %v, want %d", n, err, fires)
	}
}

func TestExpectations(t *testing.T) {
	rows := func(change func(map[string]*row)) []row {
		byName := map[string]*row{
			"loop":    {path: path{name: empty}, state: disabled, ns: 0.3},
			"enabled": {path: path{name: enabled}, state: disabled, ns: 0.5},
			"ints":    {path: path{name: typed, args: ints}, state: disabled, ns: 1.3},
			"text":    {path: path{name: typed, args: text}, state: disabled, ns: 1.3},
			"entered": {path: path{name: typed, args: ints}, state: entered, ns: 8},
			"wrapper": {path: path{name: plainGo, args: ints}, state: entered, ns: 40, allocs: 1},
			"counted": {path: path{name: typed, args: ints}, state: counted, ns: 15},
			"heard":   {path: path{name: typed, args: ints}, state: heard, ns: 36},
			"texts":   {path: path{name: typed, args: text}, state: heard, ns: 72},
			"by two":  {path: path{name: typedByTwo, args: ints}, state: heard, ns: 20},
			"tallied": {path: path{name: typed, args: ints}, state: tallied, ns: 144},
			"lttng":   {path: path{name: tracepoint, args: ints}, state: kept, ns: 72},
		}
		change(byName)
		var all []row
		for _, r := range byName {
			all = append(all, *r)
		}
		return all
	}
	for name, test := range map[string]struct {
		change func(map[string]*row)
		missed int
	}{
		"all held":       {func(map[string]*row) {}, 0},
		"slow Enabled":   {func(m map[string]*row) { m["enabled"].ns = 1.4 }, 1},
		"slow typed":     {func(m map[string]*row) { m["text"].ns = 1.4 }, 1},
		"allocation":     {func(m map[string]*row) { m["entered"].allocs = 1 }, 1},
		"slow entered":   {func(m map[string]*row) { m["entered"].ns = 8.1 }, 1},
		"slow counter":   {func(m map[string]*row) { m["counted"].ns = 15.1 }, 1},
		"slow listener":  {func(m map[string]*row) { m["heard"].ns = 36.1 }, 2},
		"slow texts":     {func(m map[string]*row) { m["texts"].ns = 72.1 }, 1},
		"two in turn":    {func(m map[string]*row) { m["by two"].ns = 20.1 }, 1},
		"no LTTng":       {func(m map[string]*row) { delete(m, "lttng") }, 1},
		"not measured":   {func(m map[string]*row) { m["wrapper"].err = os.ErrPermission }, 1},
		"no empty loop":  {func(m map[string]*row) { delete(m, "loop") }, 3},
		"wrapper leaner": {func(m map[string]*row) { m["wrapper"].allocs = 0 }, 0},
	} {
		missed := 0
		for _, e := range expectations(rows(test.change)) {
			if !e.ok {
				missed++
			}
		}
		if missed != test.missed {
			t.Errorf("%s: %d expectations missed, want %d", name, missed, test.missed)
		}
	}
}
