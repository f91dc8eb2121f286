package histogram

import (
	"math"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A Unit is that of a histogram's values.
type Unit uint8

const (
	Number      Unit = iota // none
	Nanoseconds             // written as ns, us, ms or s
)

var durations = []struct {
	nanoseconds float64
	suffix      string
}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}

// Format writes a value for people, with three significant digits: 1.5us, 262ms, 1234. Numbers
// without a unit keep the digits before their point.
func (u Unit) Format(v float64) string {
	if u == Number {
		if math.Abs(v) >= 100 {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
		return digits(v)
	}
	for _, d := range durations {
		// 999.6 would be written as 1000: it is 1 of the next unit.
		if scaled := v / d.nanoseconds; math.Abs(scaled) >= 0.9995 || d.nanoseconds == 1 {
			return digits(scaled) + d.suffix
		}
	}
	return ""
}

// FormatInteger writes a value as Format does, but all the digits of a number.
func (u Unit) FormatInteger(i integer.Int) string {
	if u == Number {
		return i.String()
	}
	return u.Format(i.Float())
}

// digits writes three significant ones, and all of those before the point.
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

// bound returns how the histogram writes the ends of its ranges. Without a unit, those of powers of
// two (and of linear steps of 1024, 2048…) are written with K, M, G, T, P and E as other tracing
// tools do. Durations are not: 1024 ns are 1.02us.
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
