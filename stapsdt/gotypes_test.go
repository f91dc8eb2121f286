package stapsdt_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestParams(t *testing.T) {
	type data []byte
	p := heardProvider(t, "params")
	typed := stapsdt.MustProbe3[data, time.Duration, uint](p, "typed", "body", "took", "n")
	unnamed := stapsdt.MustProbe1[string](p, "unnamed")
	dynamic, err := p.AddProbeParams("dynamic", stapsdt.Param{Name: "a", Type: stapsdt.Bytes},
		stapsdt.Param{Name: "b", Type: stapsdt.Int8}, stapsdt.Param{Name: "c", Type: stapsdt.String},
		stapsdt.Param{Name: "d", Type: stapsdt.Float32})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		probe  *stapsdt.Probe
		names  []string
		values []any
	}{
		{&typed.Probe, []string{"body", "took", "n"}, []any{data{}, time.Duration(0), uint(0)}},
		{&unnamed.Probe, []string{""}, []any{""}},
		{&stapsdt.MustProbe0(p, "none").Probe, nil, nil},
		{dynamic, []string{"a", "b", "c", "d"}, []any{[]byte{}, int8(0), "", float32(0)}},
	} {
		var names []string
		var argTypes []stapsdt.ArgType
		for _, param := range test.probe.Params() {
			names, argTypes = append(names, param.Name), append(argTypes, param.Type)
		}
		if diff := cmp.Diff(test.names, names); diff != "" {
			t.Errorf("%s: names (-want +got):\n%s", test.probe.Name(), diff)
		}
		if diff := cmp.Diff(test.probe.Types(), argTypes, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: types (-want +got):\n%s", test.probe.Name(), diff)
		}
		types := test.probe.GoTypes()
		if len(types) != len(test.values) {
			t.Fatalf("%s: types %v", test.probe.Name(), types)
		}
		for i, v := range test.values {
			if types[i] != reflect.TypeOf(v) {
				t.Errorf("%s: argument %d is %v, want %T", test.probe.Name(), i, types[i], v)
			}
		}
	}
}
