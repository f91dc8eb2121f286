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
		wire.ValueOf([]byte("\xff"+strings.Repeat("x", 99)), 200), wire.ValueOf(int8(-1), 0),
	} {
		v.values[i] = value
	}
	groups := []any{nil, "text", false}
	for place := range len(v.places) {
		value, ok := v.group(place)
		if !ok {
			t.Errorf("place %d has no value", place)
		}
		groups = append(groups, value)
	}
	if _, ok := v.group(noPlace); ok {
		t.Error("no place has a value")
	}
	if _, _, ok := v.Int(3); ok {
		t.Error("bytes are an integer")
	}
	slices.SortFunc(groups, compareGroups)
	got, err := json.Marshal(groups)
	if err != nil {
		t.Fatal(err)
	}
	bytes := `"/3h4` + strings.Repeat("eHh4", 20) + `"`
	want := `[-1,200,false,true,0.1,0.1,` + bytes + `,"text",null]`
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
