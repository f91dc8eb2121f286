//go:build linux

package linux

import (
	"strconv"
	"testing"
)

// FuzzParseUint compares ParseUint with strconv.
func FuzzParseUint(f *testing.F) {
	f.Add("18446744073709551615")
	f.Add("00018446744073709551616")
	f.Add("-0")
	f.Fuzz(func(t *testing.T, s string) {
		want, err := strconv.ParseUint(s, 10, 64)
		if n, ok := ParseUint(s); ok != (err == nil) || ok && n != want {
			t.Errorf("%q: %d, %t, but strconv says %d, %v", s, n, ok, want, err)
		}
	})
}
