//go:build amd64 || arm64

package main

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestNsec compares the histograms.
func TestNsec(t *testing.T) {
	program := example.Start(t)
	printed := program.Trace(t, 2) // after 1000 calls, or more
	log, linear, bpftrace := printed[0], printed[1], printed[2]
	example.Same(t, example.Buckets(log), example.Buckets(example.Map(bpftrace, "@log")))
	example.Same(t, example.Buckets(linear), example.Buckets(example.Map(bpftrace, "@linear")))
	program.End(t)
}
