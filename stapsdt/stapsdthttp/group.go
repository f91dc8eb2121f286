package stapsdthttp

import (
	"cmp"
	"encoding/base64"
	"math"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/stapsdt"
)

// maxGroupText is how many bytes of a text tell groups apart, as with usdt.
const maxGroupText = 255

// maxValues is how many arguments can tell groups apart, or be added up: more than a probe has.
const maxValues = 8

// A group is the values by which events are grouped, of each argument one. Groups are equal by ==.
type group struct {
	values [maxValues]any // a string, an integer.Int, a bool, or a jsonText; nil behind the last
	isCut  bool           // a text was cut: other texts may be in the group
}

// json returns the value, or the list of several, as JSON has it; nil for none.
func (g group) json() any {
	n := len(g.values)
	for n > 0 && g.values[n-1] == nil {
		n--
	}
	switch n {
	case 0:
		return nil
	case 1:
		return g.values[0]
	}
	return g.values[:n]
}

// jsonText is a value as JSON has it.
type jsonText string

func (t jsonText) MarshalJSON() ([]byte, error) { return []byte(t), nil }

// areBytes reports of each argument whether it is a []byte in all probes that have it.
func areBytes(views []*view, by []argument) []bool {
	are := make([]bool, len(by))
	for i, a := range by {
		are[i] = true
		for _, v := range views {
			place, err := v.place(a)
			are[i] = are[i] && (err != nil || v.args[v.places[place].index].typ == stapsdt.Bytes)
		}
	}
	return are
}

// group returns the group of an event, by the arguments at some places: those of a group, and what
// it lacks.
func (v *view) group(places []int, g group) group {
	for i, place := range places {
		if g.values[i] != nil {
			continue
		}
		if value, cut, ok := v.groupValue(place, v.inBase64[i]); ok {
			g.values[i] = value
			g.isCut = g.isCut || cut
		}
	}
	return g
}

// groupValue returns the value at a place, and whether it is a text that was cut.
func (v *view) groupValue(place int, inBase64 bool) (value any, cut, ok bool) {
	if text, ok := v.text(place); ok {
		cut := len(text) > maxGroupText || v.values[v.places[place].index].Length > len(text)
		text = text[:min(len(text), maxGroupText)]
		if inBase64 {
			return base64.StdEncoding.EncodeToString(text), cut, true // they need not be text
		}
		return string(text), cut, true
	}
	bits, signed, ok := v.Int(place)
	if !ok {
		return nil, false, false
	}
	p := v.places[place]
	switch typ := v.args[p.index].typ; {
	case p.isLength:
	case typ == stapsdt.Bool:
		return bits != 0, false, true
	case typ == stapsdt.Float32:
		number := math.Float32frombits(uint32(bits)) // #nosec G115 -- it has 32 bits
		return jsonText(printable.AppendJSONFloat(nil, float64(number), 32)), false, true
	case typ == stapsdt.Float64:
		return jsonText(printable.AppendJSONFloat(nil, math.Float64frombits(bits), 64)), false, true
	}
	return integer.Of(bits, signed), false, true
}

// compareGroups orders groups: numbers before texts.
func compareGroups(a, b group) int {
	for i := range a.values {
		if order := compareValues(a.values[i], b.values[i]); order != 0 {
			return order
		}
	}
	return 0
}

// compareValues orders values of groups.
func compareValues(a, b any) int {
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
