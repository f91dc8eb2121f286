package histogram

import "testing"

func TestParseInteger(t *testing.T) {
	milliseconds, _ := ParseUnit("ms")
	bytes, _ := ParseUnit("B")
	for _, test := range []struct {
		unit Unit
		text string
		want int64
		ok   bool
	}{
		{Number, "-0x10", -16, true},
		{Nanoseconds, "50", 50, true},
		{Nanoseconds, "50ms", 50_000_000, true},
		{Nanoseconds, "-1.5us", -1500, true},
		{milliseconds, "2s", 2000, true},
		{milliseconds, "2us", 0, false},
		{bytes, "1.5KiB", 1536, true},
		{bytes, "5MiB", 5 << 20, true},
		{bytes, "1s", 0, false},
		{Number, "1s", 0, false},
		{Nanoseconds, "1e3s", 0, false},
		{Nanoseconds, "10000000000s", 0, false},
		{Nanoseconds, "ms", 0, false},
		{Nanoseconds, "1.2.3s", 0, false},
		{Nanoseconds, "", 0, false},
	} {
		got, err := test.unit.ParseInteger(test.text)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("%q in %q: %d, %v", test.text, test.unit.Name, got, err)
		}
	}
}
