package stapsdt_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// A name that no tracer takes is an error of every function that declares a probe.
func TestBadProbeNames(t *testing.T) {
	p, err := stapsdt.NewProvider("names")
	if err != nil {
		t.Fatal(err)
	}
	var errs [7]error
	_, errs[0] = stapsdt.NewProbe0(p, "a b")
	_, errs[1] = stapsdt.NewProbe1[int](p, "a b")
	_, errs[2] = stapsdt.NewProbe2[int, int](p, "a b")
	_, errs[3] = stapsdt.NewProbe3[int, int, int](p, "a b")
	_, errs[4] = stapsdt.NewProbe4[int, int, int, int](p, "a b")
	_, errs[5] = stapsdt.NewProbe5[int, int, int, int, int](p, "a b")
	_, errs[6] = stapsdt.NewProbe6[int, int, int, int, int, int](p, "a b")
	for i, err := range errs {
		if !errors.Is(err, stapsdt.ErrName) || !strings.Contains(err.Error(), "names:a b") {
			t.Errorf("NewProbe%d: %v", i, err)
		}
	}
	dynamic, err := p.AddProbe("order", stapsdt.Int8, stapsdt.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	want := []stapsdt.ArgType{stapsdt.Int8, stapsdt.Bytes}
	if got := dynamic.Types(); !slices.Equal(got, want) {
		t.Errorf("types %v, want %v", got, want)
	}
}
