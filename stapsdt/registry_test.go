package stapsdt_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestProviders(t *testing.T) {
	var all []*stapsdt.Provider
	for range 3 {
		all = append(all, stapsdt.MustProvider("test"))
	}
	first, second, third := all[0], all[1], all[2]
	ours := func() []*stapsdt.Provider {
		return slices.DeleteFunc(stapsdt.Providers(), func(p *stapsdt.Provider) bool {
			return !slices.Contains(all, p)
		})
	}
	if got := ours(); !slices.Equal(got, all) {
		t.Errorf("declared %p, got %p", all, got)
	}
	for i, p := range []*stapsdt.Provider{second, second, first, third} {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		left := [][]*stapsdt.Provider{{first, third}, {first, third}, {third}, nil}[i]
		if got := ours(); !slices.Equal(got, left) {
			t.Errorf("after %d calls of Close: %p, want %p", i+1, got, left)
		}
	}
}

// BenchmarkProviderEnabled asks a provider none of whose probes is enabled.
func BenchmarkProviderEnabled(b *testing.B) {
	for _, probes := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(probes, " probes"), func(b *testing.B) {
			p := stapsdt.MustProvider("test")
			defer p.Close()
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
