package elfimage_test

import (
	"bytes"
	"fmt"
	"testing"
)

// TestSameAsC: the C writer makes the same bytes of the same specifications.
func TestSameAsC(t *testing.T) {
	c := startImageserver(t)
	m := newSpecMaker(2)
	counts := []int{0, 1, 2, 15, 16, 17, 255, 256, 257, maxProbes - 1, maxProbes}
	for range 300 {
		counts = append(counts, m.IntN(16))
	}
	// Each count with each form of site in turn.
	for i, n := range counts {
		for range forms {
			spec := m.spec(n)
			compare(t, fmt.Sprintf("spec %d of %d probes, %v, site %x", i, n, spec.Machine, spec.Site),
				c.image(t, spec), build(t, spec))
		}
	}
	t.Logf("%d images are the same", m.specs)
}

func compare(t *testing.T, what string, c, golang []byte) {
	t.Helper()
	if bytes.Equal(c, golang) {
		return
	}
	if len(c) != len(golang) {
		t.Errorf("%s: C writes %d bytes, Go %d", what, len(c), len(golang))
	}
	for i := range min(len(c), len(golang)) {
		if c[i] != golang[i] {
			t.Fatalf("%s: byte %#x is %#02x in C, %#02x in Go", what, i, c[i], golang[i])
		}
	}
}
