package command

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// unknownStacks knows no location.
type unknownStacks struct{}

func (unknownStacks) locate(uprobe.UserStack) ([]location, bool) { return nil, true }

// groupsWithStacks are 3 hits of the value 1 by one stack, and 2 hits of the value 2 by each of two
// stacks.
func groupsWithStacks() []uprobe.Group {
	var groups []uprobe.Group
	for _, of := range []struct{ value, stack, hits uint64 }{{1, 1, 3}, {2, 1, 2}, {2, 2, 2}} {
		h := &histogram.Histogram{Scale: histogram.Log2()}
		for range of.hits {
			h.Add(of.value, false)
		}
		groups = append(groups, uprobe.Group{Histogram: h, Key: []uprobe.KeyValue{
			{Int: integer.Int{Bits: of.value}},
			{Stack: uprobe.UserStack{PID: 1, Addresses: []uint64{of.stack}}},
		}})
	}
	return groups
}

// TestHistReporter: groups that differ in their stacks only are one, which has its place by all its
// hits; and JSON names the probes that have come since.
func TestHistReporter(t *testing.T) {
	f := histFlags{arg: argument(uprobe.Numbered(1))}
	f.asJSON = true
	cmd := newHistCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	probes := []uprobe.Probe{{Provider: "shop", Name: "first"}}
	by := grouping{{arg: argument(uprobe.Numbered(0))}, byStack(unknownStacks{})}
	report := f.reporter(cmd, func() []uprobe.Probe { return probes }, by, histogram.Number,
		time.Unix(0, 0))
	for _, want := range []string{
		`"probes":["shop:first"],`, `"probes":["shop:first","shop:later"],`,
	} {
		out.Reset()
		if err := report(histReading{groups: groupsWithStacks()}, time.Unix(1, 0), false); err != nil {
			t.Fatal(err)
		}
		probes = append(slices.Clone(probes), uprobe.Probe{Provider: "shop", Name: "later"})
		ofTwo := strings.Index(out.String(), `{"by":2,"count":4,`)
		ofOne := strings.Index(out.String(), `{"by":1,"count":3,`)
		if ofTwo < 0 || ofOne < ofTwo || !strings.Contains(out.String(), want) {
			t.Errorf("got %swant %s the 4 hits of the value 2, and the 3 of 1", &out, want)
		}
	}
}
