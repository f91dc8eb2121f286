//go:build linux && (amd64 || arm64)

package linking

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestTwoCopiesEmbedded: each copy has slots of its own in the text, and enters those of its notes,
// though both have a probe of one name.
func TestTwoCopiesEmbedded(t *testing.T) {
	testenv.Tool(t, "gcc")
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	program := build(t, workspace(t), "embedded", nil)
	if err := testbuild.Embed(program, program, probesite.Nop); err != nil {
		t.Fatal(err)
	}
	notes, err := sdtnote.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var counters []*counter.Counter
	for _, n := range notes {
		if n.Provider != "copy" {
			continue // the C library may have some
		}
		c, err := counter.Open(program, n.FileOffset)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		counters = append(counters, c)
	}
	if len(counters) != 2 {
		t.Fatalf("notes %v, want two of copy:hit", notes)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
	child := testenv.Start(t, cmd)
	if same := child.Next(t); same != "true" {
		t.Error("the probes are not in one file")
	}
	first, second := value(t, counters[0]), value(t, counters[1])
	if first+second != 1 {
		t.Errorf("counted %d and %d, want one hit", first, second)
	}
	child.Ask(t, "")
	if first, second := value(t, counters[0]), value(t, counters[1]); first != 1 || second != 1 {
		t.Errorf("counted %d and %d, want one hit each", first, second)
	}
}

func value(t *testing.T, c *counter.Counter) uint64 {
	t.Helper()
	n, err := c.Value()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
