//go:build linux

package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNearest(t *testing.T) {
	names := []string{
		"shop:order_start", "shop:order_end", "shop:tick", "shop:order_end", "libc:setjmp",
	}
	tests := []struct {
		name string
		want []string
	}{
		{"shop:tik", []string{"shop:tick"}},
		{"shop:order_stop", []string{"shop:order_start", "shop:order_end"}},
		{"weather:measure", nil},
		{"", nil},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, nearest(test.name, names)); diff != "" {
			t.Errorf("nearest to %q differs (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2},
		{"kitten", "sitting", 3}, {"tick", "tick", 0}, {"abc", "cab", 2},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
