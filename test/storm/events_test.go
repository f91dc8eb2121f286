//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// steadyProbe is one of the steady probes.
const steadyProbe = "typed_narrow"

// perfEvent counts a steady probe until there are some hits.
func (v *visit) perfEvent(draws *rand.Rand) {
	c, err := counter.OpenProbe(v.path, steadyProbe)
	if err != nil {
		v.Fatalf("%v", err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			v.Errorf("%v", err)
		}
	}()
	v.attached()
	v.awaitHits(uint64(1+draws.IntN(5000)), c.Value)
}

// count counts the steady probes with the engine of usdt count until there are some hits.
func (v *visit) count(draws *rand.Rand) {
	tally, err := v.openTally()
	if err != nil {
		v.Fatalf("%v", err)
	}
	defer func() {
		if err := tally.Close(); err != nil {
			v.Errorf("%v", err)
		}
	}()
	v.attached()
	v.awaitHits(uint64(1+draws.IntN(50_000)), func() (uint64, error) { return sum(tally) })
}

// awaitHits waits until there are some, of which there may never be fewer than before.
func (v *visit) awaitHits(hits uint64, value func() (uint64, error)) {
	deadline := time.Now().Add(testenv.Patience)
	for before := uint64(0); before < hits; time.Sleep(time.Millisecond) {
		n, err := value()
		if err != nil {
			v.Fatalf("%v", err)
		}
		if n < before || time.Now().After(deadline) {
			v.Fatalf("counted %d hits, and %d before", n, before)
		}
		before = n
	}
}

// openTally attaches to the steady probes.
func (r *run) openTally() (*uprobe.Counter, error) {
	probes, err := r.probes()
	if err != nil {
		return nil, err
	}
	return uprobe.Count(probes, uprobe.Options{PID: r.program.PID()})
}

// probes returns the steady probes.
func (r *run) probes() ([]uprobe.Probe, error) {
	notes, err := sdtnote.ReadFile(r.path)
	if err != nil {
		return nil, err
	}
	var probes []uprobe.Probe
	for _, n := range notes {
		sites := []uprobe.Site{{Path: r.path, Note: n}}
		probes = append(probes, uprobe.Probe{Provider: n.Provider, Name: n.Name, Sites: sites})
	}
	return probes, nil
}

func sum(tally *uprobe.Counter) (uint64, error) {
	counts, err := tally.Read()
	var sum uint64
	for _, n := range counts {
		sum += n
	}
	return sum, err
}

// stayCounting attaches a tally that stays: what was fired is counted, of each probe exactly.
func (r *run) stayCounting(t testenv.T) staying {
	t.Helper()
	probes, err := r.probes()
	if err != nil {
		t.Fatalf("%v", err)
	}
	tally, err := r.openTally()
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = tally.Close() }) // leave gets the error
	return staying{"staying count", func(v *visit) {
		v.attached()
		counts, err := tally.Read()
		if err != nil {
			v.Fatalf("%v", err)
		}
		r.missed = tally.Missed()
		for _, n := range counts {
			r.counted += n
		}
		if err := r.compare(probes, counts, r.missed); err != nil {
			v.Errorf("%v", err)
		}
		if err := tally.Close(); err != nil {
			v.Errorf("%v", err)
		}
	}}
}

// compare compares counts with the fires: they differ by what the kernel says it has missed.
func (r *run) compare(probes []uprobe.Probe, counts []uint64, missed uint64) error {
	var short uint64
	for i, p := range probes {
		fired := r.report.Fired[p.String()]
		if counts[i] > fired {
			return fmt.Errorf("counted %d fires of %v, which was fired %d times", counts[i], p, fired)
		}
		short += fired - counts[i]
	}
	if short != missed {
		return fmt.Errorf("%d fires were not counted, of which %d were missed: %d of %v",
			short, missed, counts, r.report.Fired)
	}
	return nil
}

// stayPerfEvent attaches a perf event that stays.
func (r *run) stayPerfEvent(t testenv.T) staying {
	t.Helper()
	c, err := counter.OpenProbe(r.path, steadyProbe)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = c.Close() }) // leave gets the error
	return staying{"staying perf", func(v *visit) {
		v.attached()
		count, err := c.Value()
		if err != nil {
			v.Fatalf("%v", err)
		}
		if fired := r.report.Fired["steady:"+steadyProbe]; count != fired {
			v.Errorf("counted %d fires of %s, which was fired %d times", count, steadyProbe, fired)
		}
		if err := c.Close(); err != nil {
			v.Errorf("%v", err)
		}
	}}
}

// attachStaying attaches the tracers that stay throughout the storm.
func (r *run) attachStaying(t testenv.T) []staying {
	return []staying{r.stayUsdt(t), r.stayCounting(t), r.stayPerfEvent(t)}
}
