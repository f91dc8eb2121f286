//go:build linux

package linux

import "math"

// ParseUint parses a decimal number of digits only, as the kernel writes it. It is not ok if s is
// anything else or does not fit. The error of strconv.ParseUint would add 6 KB to every program
// with probes.
func ParseUint(s string) (n uint64, ok bool) {
	for _, c := range []byte(s) {
		digit := uint64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxUint64-digit)/10 {
			return 0, false
		}
		n = 10*n + digit
	}
	return n, s != ""
}
