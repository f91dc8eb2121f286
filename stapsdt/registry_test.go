package stapsdt_test

import (
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
