//go:build linux

package linux

import (
	"strconv"
	"testing"
)

// TestParseUint compares with strconv. A sign or an underscore is not the kernel's.
func TestParseUint(t *testing.T) {
	for _, s := range []string{"", "0", "7", "007", "4026531836", "18446744073709551615",
		"18446744073709551616", "18446744073709551620", "99999999999999999999", "-1", "+1", "1_0",
		"1a", " 1", "1\n", "0x1", "१"} {
		want, err := strconv.ParseUint(s, 10, 64)
		if n, ok := ParseUint(s); ok != (err == nil) || ok && n != want {
			t.Errorf("ParseUint(%q) = %d, %t; strconv says %d, %v", s, n, ok, want, err)
		}
	}
}
