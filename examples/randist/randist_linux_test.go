//go:build amd64 || arm64

package main

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestRandist compares the histograms.
func TestRandist(t *testing.T) {
	program := example.Start(t)
	printed := program.Trace(t, 2) // after 1000 numbers, or more
	example.Same(t, example.Buckets(printed[0]), example.Buckets(printed[1]))
	program.End(t)
}
