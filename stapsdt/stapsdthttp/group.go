package stapsdthttp

import (
	"cmp"
	"encoding/base64"
	"math"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/stapsdt"
)

// maxGroupText is how many bytes of a text tell groups apart, as with usdt.
const maxGroupText = 63

// jsonText is a value as JSON has it.
type jsonText string

func (t jsonText) MarshalJSON() ([]byte, error) { return []byte(t), nil }

// areBytes reports whether the argument is a []byte in all probes.
func areBytes(views []*view, by argument) bool {
	return by != noArgument && !slices.ContainsFunc(views, func(v *view) bool {
		place, err := v.place(by)
		return err != nil || v.args[v.places[place].index].typ != stapsdt.Bytes
	})
}

// group returns the value at a place by which events are grouped: a string, an integer.Int, a bool,
// or the jsonText of a floating-point number. They are equal by ==.
func (v *view) group(place int) (value any, ok bool) {
	if text, ok := v.text(place); ok {
		text = text[:min(len(text), maxGroupText)]
		if v.inBase64 {
			return base64.StdEncoding.EncodeToString(text), true // they need not be text
		}
		return string(text), true
	}
	bits, signed, ok := v.Int(place)
	if !ok {
		return nil, false
	}
	p := v.places[place]
	switch typ := v.args[p.index].typ; {
	case p.isLength:
	case typ == stapsdt.Bool:
		return bits != 0, true
	case typ == stapsdt.Float32:
		number := math.Float32frombits(uint32(bits)) // #nosec G115 -- it has 32 bits
		return jsonText(printable.AppendJSONFloat(nil, float64(number), 32)), true
	case typ == stapsdt.Float64:
		return jsonText(printable.AppendJSONFloat(nil, math.Float64frombits(bits), 64)), true
	}
	return integer.Of(bits, signed), true
}

// compareGroups orders values of group: numbers before texts.
func compareGroups(a, b any) int {
	if x, ok := a.(integer.Int); ok {
		if y, ok := b.(integer.Int); ok {
			return x.Compare(y)
		}
	}
	rank := func(v any) (int, string) {
		switch v := v.(type) {
		case integer.Int:
			return 0, ""
		case bool:
			if v {
				return 1, "true"
			}
			return 1, "false"
		case jsonText:
			return 2, string(v)
		case string:
			return 3, v
		}
		return 4, ""
	}
	i, x := rank(a)
	j, y := rank(b)
	return cmp.Or(cmp.Compare(i, j), cmp.Compare(x, y))
}
