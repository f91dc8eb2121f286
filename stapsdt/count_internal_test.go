package stapsdt

import (
	"fmt"
	"slices"
	"testing"
)

// TestCounterForgets: closed providers of one name have one count for each name of a probe.
func TestCounterForgets(t *testing.T) {
	const rounds = 1000
	c, err := Count("brief:*")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	oldest := brief(t, 0)
	for n := range uint64(rounds) {
		brief(t, n+1)
	}
	open := MustProvider("brief")
	MustProbe1[int](open, "p").Fire(1)
	check := func(when string, want ...uint64) {
		t.Helper()
		var got []uint64
		for _, n := range c.Counts() {
			got = append(got, n.Fires)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: counts %d, want %d", when, got, want)
		}
	}
	check("one is open", 1, rounds+1, 1)
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	check("all are closed", 1, rounds+2)
	if !isFreed(oldest) {
		t.Error("a closed provider stays in memory")
	}
	c.Close()
	check("the counter is closed", 1, rounds+2)
}

// TestCounterForgetsNames: closed providers with ever new names take no more memory, and nothing of
// what they have fired is left out. An open one has its count in any case.
func TestCounterForgetsNames(t *testing.T) {
	const more = 10
	c, err := Count("unique*:*")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	provider := func(n int) (*Provider, *Probe1[int]) {
		p := MustProvider(fmt.Sprint("unique", n))
		return p, MustProbe1[int](p, "p")
	}
	open, probe := provider(maxClosed + more)
	fires := func(counts int, missed uint64) {
		t.Helper()
		var got uint64
		list := c.Counts()
		for _, n := range list {
			got += n.Fires
		}
		if len(list) != counts || c.Missed() != missed || got != uint64(counts) {
			t.Errorf("%d counts of %d fires, %d missed; want %d, missed %d", len(list), got, c.Missed(),
				counts, missed)
		}
	}
	probe.Fire(1)
	for n := range maxClosed + more {
		p, q := provider(n)
		q.Fire(n)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	fires(maxClosed+1, more)
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	fires(maxClosed, more+1)
	if n := len(c.open); n != 0 {
		t.Errorf("all are closed, %d counts run", n)
	}
	c.Close()
	fires(maxClosed, more+1)
}
