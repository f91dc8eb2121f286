//go:build amd64 || arm64

package main

import (
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestPool compares how many jobs of each kind, and how many in the queue, were measured from start
// to end, and how many each worker took.
func TestPool(t *testing.T) {
	program := example.Start(t)
	printed := program.Trace(t, 200)
	jobs, queue, taken, wrong, bpftrace := printed[0], printed[1], printed[2], printed[3], printed[4]

	byKind := []string{
		example.Total(example.Map(bpftrace, "@us[large]")),
		example.Total(example.Map(bpftrace, "@us[small]")),
	}
	slices.Sort(byKind)
	example.Same(t, example.Find(jobs, `^count (\d+) `), byKind)
	example.Same(t, example.Find(queue, `^count (\d+) `),
		[]string{example.Total(example.Map(bpftrace, "@waited_us"))})
	example.Same(t, example.Find(taken, ` worker=(\d) +\S+ +(\d+)$`),
		example.Find(bpftrace, `^@jobs_of_worker\[(\d)\]: (\d+)$`))
	if !slices.Contains(wrong, "no pairs") {
		t.Errorf("jobs were paired by goroutine: %q", wrong)
	}
	program.End(t)
}
