//go:build amd64 || arm64

package command

import "testing"

func TestParseTraceparent(t *testing.T) {
	const trace, parent = "0123456789abcdef0123456789abcdef", "0123456789abcdef"
	for _, c := range []struct {
		text      string
		valid     bool
		unsampled bool
	}{
		{"00-" + trace + "-" + parent + "-01", true, false},
		{"00-" + trace + "-" + parent + "-00", true, true},
		{"00-" + trace + "-" + parent + "-02", true, true},
		{"00-" + trace + "-" + parent + "-03", true, false},
		{"01-" + trace + "-" + parent + "-00-later", true, true}, // a later version may have more
		{"00-" + trace + "-" + parent + "-x", true, false},       // unknown: it may be sampled
		{"00-" + trace + "-0000000000000000-01", false, false},
		{"00-00000000000000000000000000000000-" + parent + "-01", false, false},
		{"00-0123456789ABCDEF0123456789abcdef-" + parent + "-00", false, false},
		{"00-" + trace + "-" + parent, false, false},
		{"", false, false},
	} {
		traceID, parentID, unsampled := parseTraceparent(c.text)
		if (traceID == trace && parentID == parent) != c.valid || unsampled != c.unsampled ||
			!c.valid && traceID+parentID != "" {
			t.Errorf("%q: %q, %q, %v", c.text, traceID, parentID, unsampled)
		}
	}
}
