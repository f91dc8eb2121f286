//go:build amd64 || arm64

package main

import (
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestHTTPServer compares, for each route, how many requests were measured and how long the slowest
// took.
func TestHTTPServer(t *testing.T) {
	program := example.Start(t, "-listen", "127.0.0.1:0")
	printed := program.Trace(t, 2) // after 1000 requests, or more
	latency, slowest, bpftrace := printed[0], printed[1], printed[2]

	var pairs []string
	for _, route := range []string{"GET /articles/{name}", "POST /orders"} {
		pairs = append(pairs, example.Total(example.Map(bpftrace, "@us["+route+"]")))
	}
	slices.Sort(pairs)
	example.Same(t, example.Find(latency, `^count (\d+) `), pairs)
	example.Same(t, example.Find(slowest, `route="(.*)" .* (\d+)ns$`),
		example.Find(bpftrace, `^@slowest\[(.*)\]: (\d+)$`))
	program.End(t)
}
