package histogram

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A Unit is the unit of values, and says how people read them. The zero Unit is Number.
type Unit struct {
	Name  string // what a value of 1 is: "ns", for instance; "" for plain numbers
	Shown string // in what values are written; "" for the unit of the same kind that reads best
}

var (
	Number      = Unit{}           // none
	Nanoseconds = Unit{Name: "ns"} // written as ns, us, ms or s
)

// A step is a unit as it is written.
type step struct {
	size   float64 // in the smallest of its kind
	suffix string
}

// The kinds of units, each with the largest first.
var (
	times  = []step{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}
	memory = []step{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}}
)

// find returns the steps of the kind that a unit is of, and the one of that name.
func find(name string) (steps []step, s step) {
	for _, steps := range [][]step{times, memory} {
		for _, s := range steps {
			if s.suffix == name {
				return steps, s
			}
		}
	}
	return nil, step{size: 1}
}

// UnitNames are what ParseUnit takes.
var UnitNames = []string{"ns", "us", "ms", "s", "B", "KiB", "MiB", "GiB", "TiB"}

// ParseUnit returns the unit of a name, whose values are written in the unit that reads best.
func ParseUnit(name string) (u Unit, ok bool) {
	steps, _ := find(name)
	return Unit{Name: name}, steps != nil
}

// In returns the unit of the same values, that are always written in the unit shown. Plain numbers
// are taken for values in that unit. It is not ok if one is of time and the other of memory.
func (u Unit) In(shown Unit) (in Unit, ok bool) {
	if u == Number {
		u = shown
	}
	of, _ := find(u.Name)
	steps, _ := find(shown.Name)
	return Unit{Name: u.Name, Shown: shown.Name}, slices.Equal(of, steps)
}

// ParseInteger parses a value: an integer, or a number with a unit of the same kind, such as 1.5ms.
func (u Unit) ParseInteger(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return n, nil
	}
	suffix := strings.TrimLeft(text, "-.0123456789")
	kind, s := find(suffix)
	v, isNumber := new(big.Rat).SetString(strings.TrimSuffix(text, suffix))
	if kind == nil || !isNumber {
		return 0, fmt.Errorf("want an integer, or a number with a unit such as 50ms, not %q", text)
	}
	of, base := find(u.Name)
	if !slices.Equal(of, kind) {
		return 0, fmt.Errorf("%s: the values are not known to be in such a unit: want an integer", text)
	}
	v.Mul(v, new(big.Rat).SetFloat64(s.size))
	v.Quo(v, new(big.Rat).SetFloat64(base.size))
	if !v.IsInt() || !v.Num().IsInt64() {
		return 0, fmt.Errorf("%s is no integer of %s in 64 bits", text, u.Name)
	}
	return v.Num().Int64(), nil
}

// Format returns a value for people to read, with three significant digits: 1.5us, 262ms. All
// digits before the point are kept: 1234.
func (u Unit) Format(v float64) string {
	if u == Number {
		if math.Abs(v) >= 100 {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
		return digits(v)
	}
	base, s := u.step(v)
	return digits(v*base/s.size) + s.suffix
}

// step returns in what a value is written, and how many of the smallest unit a value of 1 is.
func (u Unit) step(v float64) (base float64, s step) {
	steps, of := find(u.Name)
	if u.Shown != "" {
		_, s = find(u.Shown)
		return of.size, s
	}
	for _, s = range steps {
		// 999.6 would be rounded to 1000, which is 1 of the next unit.
		if math.Abs(v*of.size/s.size) >= 0.9995 {
			break
		}
	}
	return of.size, s
}

// FormatRat is Format for a value of any size; the digits are exact.
func (u Unit) FormatRat(v *big.Rat) string {
	nearest, _ := v.Float64()
	var s step
	if u != Number {
		var base float64
		base, s = u.step(nearest)
		v = new(big.Rat).Mul(v, new(big.Rat).SetFloat64(base))
		v.Quo(v, new(big.Rat).SetFloat64(s.size))
		nearest, _ = v.Float64()
	}
	text := v.FloatString(decimals(nearest))
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + s.suffix
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
	scale := math.Pow10(decimals(v))
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}

// decimals returns how many digits after the point make three significant ones.
func decimals(v float64) int {
	switch magnitude := math.Abs(v); {
	case magnitude >= 99.95:
		return 0
	case magnitude >= 9.995:
		return 1
	}
	return 2
}

// bound returns the function that formats the ends of the histogram's ranges. Values without a unit
// get the suffixes K, M, G, T, P and E for powers of 1024, as in other tracing tools, on a Log2
// scale and on a linear one whose step is a multiple of 1024. Durations get their units: 1024 ns
// are 1.02us; and so do sizes.
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
