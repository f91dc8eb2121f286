package traceparent

import (
	"strings"
	"testing"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTraceID(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, test := range []struct {
		values []string
		want   string
	}{
		{[]string{parent}, id},
		{[]string{"01-" + parent[3:] + "-more"}, id},
		{nil, ""},
		{[]string{parent, parent}, ""},
		{[]string{""}, ""},
		{[]string{parent + "-more"}, ""},
		{[]string{"ff-" + parent[3:]}, ""},
		{[]string{strings.ToUpper(parent)}, ""},
		{[]string{"00-" + strings.Repeat("0", 32) + parent[35:]}, ""},
		{[]string{parent[:36] + strings.Repeat("0", 16) + parent[52:]}, ""},
		{[]string{parent[:52]}, ""},
		{[]string{"00-" + parent[4:]}, ""},
	} {
		if got := TraceID(test.values); got != test.want {
			t.Errorf("%q: got %q, want %q", test.values, got, test.want)
		}
	}
}

func TestParse(t *testing.T) {
	for flags, sampled := range map[string]bool{
		"01": true, "00": false, "02": false, "03": true, "0e": false, "ff": true,
	} {
		got, ok := Parse(parent[:53] + flags)
		want := Parent{"4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", sampled}
		if !ok || got != want {
			t.Errorf("flags %s: got %+v, %t; want %+v", flags, got, ok, want)
		}
	}
}
