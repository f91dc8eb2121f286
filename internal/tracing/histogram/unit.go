package histogram

import (
	"math"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A Unit is the unit of a histogram's values.
type Unit uint8

const (
	Number      Unit = iota // none
	Nanoseconds             // written as ns, us, ms or s
)

var durations = []struct {
	nanoseconds float64
	suffix      string
}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}

// Format returns a value for people to read, with three significant digits: 1.5us, 262ms. All
// digits before the point are kept: 1234.
func (u Unit) Format(v float64) string {
	if u == Number {
		if math.Abs(v) >= 100 {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
		return digits(v)
	}
	for _, d := range durations {
		// 999.6 would be rounded to 1000, which is 1 of the next unit.
		if scaled := v / d.nanoseconds; math.Abs(scaled) >= 0.9995 || d.nanoseconds == 1 {
			return digits(scaled) + d.suffix
		}
	}
	return ""
}

// FormatInteger is like Format, but returns all digits of a value without a unit.
func (u Unit) FormatInteger(i integer.Int) string {
	if u == Number {
		return i.String()
	}
	return u.Format(i.Float())
}

// digits returns three significant digits, and all digits before the point.
func digits(v float64) string {
	magnitude := math.Abs(v)
	decimals := 2
	switch {
	case magnitude >= 99.95:
		decimals = 0
	case magnitude >= 9.995:
		decimals = 1
	}
	scale := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}

// bound returns the function that formats the ends of the histogram's ranges. Values without a unit
// get the suffixes K, M, G, T, P and E for powers of 1024, as in other tracing tools, on a Log2
// scale and on a linear one whose step is a multiple of 1024. Durations get their units: 1024 ns
// are 1.02us.
func (h *Histogram) bound() func(float64) string {
	switch {
	case h.Unit != Number:
		return h.Unit.Format
	case h.Scale.Linear && math.Mod(float64(h.Scale.Step), 1024) != 0:
		return func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	}
	return binary
}

func binary(v float64) string {
	suffix := ""
	for _, next := range []string{"K", "M", "G", "T", "P", "E"} {
		if v == 0 || math.Mod(v, 1024) != 0 {
			break
		}
		v /= 1024
		suffix = next
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + suffix
}
