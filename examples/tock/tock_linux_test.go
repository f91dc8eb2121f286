//go:build amd64 || arm64

package main

import (
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestTock compares what the clock says with what tracers see of it. It says tick before they
// attach, and again when both are gone.
func TestTock(t *testing.T) {
	program := example.Start(t, "-every", "20ms")
	program.Await(t, "tick")
	printed := program.Trace(t, 10)
	program.Await(t, "tick")

	seen := example.Find(printed[0], `:tock n=(\d+)$`)
	example.Same(t, seen, example.Find(printed[1], `^tock (\d+)$`))
	said := program.End(t)
	example.Within(t, example.Find(said, `^tock (\d+)$`), seen)

	first := slices.Index(said, "tock 1")
	last := first + len(example.Find(said, `^tock (\d+)$`)) - 1
	if slices.Contains(said[first:last], "tick") {
		t.Errorf("the clock ticked while it was traced: %q", said)
	}
}
