//go:build amd64 || arm64

package main

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestOnDemand compares the debug records that the tracers get. The log has all records but these.
func TestOnDemand(t *testing.T) {
	program := example.Start(t)
	printed := program.Trace(t, 10)
	const record = `^(price found|address found) (order=.*)$`
	example.Same(t, example.Find(printed[0], record), example.Find(printed[2], record))
	log := program.End(t)
	if len(example.Find(log, `(order placed)`)) < 10 {
		t.Errorf("the log lacks orders: %q", log)
	}
	if strings.Contains(strings.Join(log, "\n"), "found") {
		t.Errorf("the log has debug records: %q", log)
	}
}
