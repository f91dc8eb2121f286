//go:build linux

package command

import "testing"

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, provider, name string
		want                    bool
	}{
		{"shop:order", "shop", "order", true},
		{"shop:order", "shop", "order_start", false},
		{"shop:order_*", "shop", "order_start", true},
		{"*:order", "shop", "order", true},
		{"*:*", "a/b", "c/d:e", true},
		{"s?op:[a-z]*", "shop", "order", true},
		{"shop:[^o]*", "shop", "order", false},
		{`shop:\*`, "shop", "order", false},
		{`shop:\*`, "shop", "*", true},
		{"shop:order:start", "shop", "order:start", true},
		{"a/*:b", "a/c/d", "b", true},
	}
	for _, test := range tests {
		patterns, err := parsePatterns([]string{test.pattern})
		if err != nil {
			t.Fatal(err)
		}
		if got := patterns[0].matches(probeName{test.provider, test.name}); got != test.want {
			t.Errorf("%s matches %s:%s: %t, want %t", test.pattern, test.provider, test.name, got, test.want)
		}
	}
}
