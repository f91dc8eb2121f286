//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"fmt"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

const typedByTwo = "typed Fire, by 2 goroutines at once"

// burst is how many events a listener's buffer has room for, by default, even when all come from
// one processor.
const burst = 36_000

// firesByTwo has two goroutines share the fires.
func (g *goProbes) firesByTwo() path {
	p := &partner{half: g.fires()[0]}
	return path{typedByTwo, ints, p.loop, p.half.file, p.half.site, burst}
}

// whileHeard runs the path with a listener. Whenever the buffer may be full, the clock stops, and
// the events are received, all of which must have come. Its memory has been written to before.
func whileHeard(p path, b *testing.B) error {
	l, err := stapsdt.Listen("*:" + p.site)
	if err != nil {
		return err
	}
	defer l.Close()
	const warmUps = 4
	for range warmUps {
		once := burst / p.batch
		for range once {
			p.loop(p.batch)
		}
		if err := receive(l, once*p.batch); err != nil {
			return err
		}
	}
	fired := int64(0)
	for b.Loop() {
		p.loop(p.batch)
		if fired += p.batch; fired == burst {
			b.StopTimer()
			err, fired = receive(l, fired), 0
			if err != nil {
				return err
			}
			b.StartTimer()
		}
	}
	return receive(l, fired)
}

// receive receives the n events that were fired since the last call.
func receive(l *stapsdt.Listener, n int64) error {
	if lost := l.Lost(); lost > 0 {
		return fmt.Errorf("the listener lost %d of %d events", lost, n)
	}
	if n == 0 {
		return nil
	}
	for range l.Events(nil) {
		if n--; n == 0 {
			break
		}
	}
	return nil
}

// whileCounted runs the path with a counter of this process, which must count every fire.
func whileCounted(p path, b *testing.B) error {
	c, err := stapsdt.Count("*:" + p.site)
	if err != nil {
		return err
	}
	defer c.Close()
	run(p, b)
	var n uint64
	for _, count := range c.Counts() {
		n += count.Fires
	}
	return compare(n, p, b)
}

// whileTallied runs the path with what usdt count attaches.
func whileTallied(p path, b *testing.B) error {
	notes, err := sdtnote.ReadFile(p.file)
	if err != nil {
		return err
	}
	var probes []uprobe.Probe
	for _, n := range notes {
		if n.Name == p.site {
			sites := []uprobe.Site{{Path: p.file, Note: n}}
			probes = append(probes, uprobe.Probe{Provider: n.Provider, Name: n.Name, Sites: sites})
		}
	}
	tally, err := uprobe.Count(probes, uprobe.Options{})
	if err != nil {
		return err
	}
	run(p, b)
	counts, err := tally.Read()
	if e := tally.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return compare(counts[0]+tally.Missed(), p, b)
}

// compare compares what was counted with what was fired.
func compare(n uint64, p path, b *testing.B) error {
	if fires := uint64(b.N) * uint64(p.batch); n != fires {
		return fmt.Errorf("%d of %d fires were counted", n, fires)
	}
	return nil
}
