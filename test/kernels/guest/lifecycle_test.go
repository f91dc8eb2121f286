//go:build linux && (amd64 || arm64)

package guest

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/stapsdt"
)

// count attaches a counting event on every processor: any thread may fire.
func count(t *testing.T, p *stapsdt.Provider, probe string) *counter.Counter {
	t.Helper()
	c, err := counter.Open(p.Path(), list(t, p)[probe].FileOffset)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func expectCount(t *testing.T, c *counter.Counter, want uint64) {
	t.Helper()
	if got, err := c.Value(); err != nil || got != want {
		t.Errorf("counted %d (%v), want %d", got, err, want)
	}
}

func expectEnabled(t *testing.T, when string, probe *stapsdt.Probe, want bool) {
	t.Helper()
	if got := probe.Enabled(); got != want {
		t.Errorf("Enabled %s: %v, want %v", when, got, want)
	}
}

// TestEnabled attaches a tracer to one of two probes, and a second tracer to the same probe,
// twice.
func TestEnabled(t *testing.T) {
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		probe, other := stapsdt.MustProbe1[int](p, "probe"), stapsdt.MustProbe1[int](p, "other")
		expectEnabled(t, "before Load", &probe.Probe, false)
		load(t, p)
		for range 2 {
			expectEnabled(t, "before attaching", &probe.Probe, false)
			first, second := count(t, p, "probe"), count(t, p, "probe")
			expectEnabled(t, "during", &probe.Probe, true)
			expectEnabled(t, "of the other probe", &other.Probe, false)
			probe.Fire(1)
			other.Fire(2)
			expectCount(t, first, 1)
			closeCounter(t, first)
			expectEnabled(t, "with one tracer left", &probe.Probe, true)
			probe.Fire(3)
			expectCount(t, second, 2)
			closeCounter(t, second)
			expectEnabled(t, "after", &probe.Probe, false)
			probe.Fire(4)
		}
	})
}

func closeCounter(t *testing.T, c *counter.Counter) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestReload unloads the provider under an attached tracer, which sees nothing more, loads it,
// and attaches again.
func TestReload(t *testing.T) {
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		probe := stapsdt.MustProbe1[int](p, "probe")
		var earlier *counter.Counter
		for round := range uint64(3) {
			load(t, p)
			expectEnabled(t, "after Load", &probe.Probe, false)
			c := count(t, p, "probe")
			expectEnabled(t, "during", &probe.Probe, true)
			for range round + 1 {
				probe.Fire(1)
			}
			if earlier != nil {
				expectCount(t, earlier, round) // its own
			}
			if err := p.Unload(); err != nil {
				t.Fatal(err)
			}
			expectEnabled(t, "after Unload", &probe.Probe, false)
			probe.Fire(1)
			expectCount(t, c, round+1)
			earlier = c
		}
	})
}
