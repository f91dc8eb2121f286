package stapsdthttp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestGroup: values of each kind tell groups apart, and numbers come before texts.
func TestGroup(t *testing.T) {
	p := newProvider(t, "group")
	probe := stapsdt.MustProbe5[bool, float32, float64, []byte, int8](p, "p")
	v := newView(&probe.Probe)
	for i, value := range []wire.Value{
		wire.ValueOf(true, 0), wire.ValueOf(float32(0.1), 0), wire.ValueOf(0.1, 0),
		wire.ValueOf([]byte("\xff"+strings.Repeat("x", 299)), 0), wire.ValueOf(int8(-1), 0),
	} {
		v.values[i] = value
	}
	v.inBase64 = make([]bool, maxValues)
	values := []any{nil, "text", false}
	for place := range len(v.places) {
		g := v.group([]int{place, noPlace}, group{})
		if g.values[0] == nil || g.values[1] != nil {
			t.Errorf("place %d: %v", place, g)
		}
		if isLong := place == 3; g.isCut != isLong {
			t.Errorf("place %d: cut %v", place, g.isCut)
		}
		values = append(values, g.values[0])
	}
	of := v.group([]int{noPlace, 0}, group{values: [maxValues]any{"of the start"}})
	if json, err := json.Marshal(of.json()); err != nil || string(json) != `["of the start",true]` {
		t.Errorf("of a pair: %s, %v", json, err)
	}
	of = group{values: [maxValues]any{nil, true}} // the end came first, or the value is unreadable
	if json, err := json.Marshal(of.json()); err != nil || string(json) != `[null,true]` {
		t.Errorf("the second of two: %s, %v", json, err)
	}
	if _, _, ok := v.Int(3); ok {
		t.Error("bytes are an integer")
	}
	slices.SortFunc(values, compareValues)
	got, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	bytes := `"\ufffd` + strings.Repeat("x", 254) + `"`
	want := `[-1,300,false,true,0.1,0.1,"text",` + bytes + `,null]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

// TestArgument: an answer has an argument as the client wrote it, but for the number of argN.
func TestArgument(t *testing.T) {
	for text, want := range map[string]any{"n": "n", "2": 2, "arg3": 3} {
		var a argument
		if err := a.set(text); err != nil || a.json() != want {
			t.Errorf("%s: %v, %v, want %v", text, a.json(), err, want)
		}
	}
}
