package stapsdt_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestProviders(t *testing.T) {
	first := heardProvider(t, "first")
	second, third := heardProvider(t, "second"), heardProvider(t, "third")
	ours := func() (got []*stapsdt.Provider) {
		for _, p := range stapsdt.Providers() {
			if p == first || p == second || p == third {
				got = append(got, p)
			}
		}
		return got
	}
	if got := ours(); !slices.Equal(got, []*stapsdt.Provider{first, second, third}) {
		t.Errorf("declared three, got %v", got)
	}
	for i, p := range []*stapsdt.Provider{second, second, first, third} {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		left := [][]*stapsdt.Provider{{first, third}, {first, third}, {third}, nil}[i]
		if got := ours(); !slices.Equal(got, left) {
			t.Errorf("after %d calls of Close: %v, want %v", i+1, got, left)
		}
	}
}

// TestProviderEnabled: it is enabled while any of its probes is.
func TestProviderEnabled(t *testing.T) {
	p := heardProvider(t, "enabled")
	if p.Enabled() {
		t.Error("enabled without a probe")
	}
	for _, name := range []string{"first", "second", "third"} {
		stapsdt.MustProbe0(p, name)
	}
	for _, probe := range p.Probes() {
		if p.Enabled() {
			t.Errorf("enabled before %s", probe.Name())
		}
		l := mustListen(t, stapsdt.ListenConfig{}, "enabled:"+probe.Name())
		if !p.Enabled() {
			t.Errorf("not enabled while %s is", probe.Name())
		}
		l.Close()
	}
	if p.Enabled() {
		t.Error("enabled after all")
	}
}

// BenchmarkProviderEnabled asks a provider none of whose probes is enabled.
func BenchmarkProviderEnabled(b *testing.B) {
	for _, probes := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(probes, " probes"), func(b *testing.B) {
			p := heardProvider(b, "test")
			for i := range probes {
				stapsdt.MustProbe0(p, fmt.Sprint("probe", i))
			}
			b.ReportAllocs()
			for b.Loop() {
				if p.Enabled() {
					b.Fatal("enabled")
				}
			}
		})
	}
}
