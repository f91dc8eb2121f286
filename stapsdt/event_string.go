package stapsdt

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Equal reports whether two events have the same time, the same probe, and equal arguments of the
// same types.
func (e Event) Equal(other Event) bool {
	return e.Time.Equal(other.Time) && e.Probe == other.Probe && e.Cut == other.Cut &&
		slices.EqualFunc(e.Args, other.Args, func(a, b any) bool { return reflect.DeepEqual(a, b) })
}

// String returns the event for people, in the manner of usdt trace: 10:34:47.823144102 shop:order
// id=6 customer="Ada". A text that is cut has +N behind it.
func (e Event) String() string {
	var b strings.Builder
	b.WriteString(e.Time.Format("15:04:05.000000000 "))
	var params []Param
	if e.Probe == nil {
		b.WriteString("no probe")
	} else {
		b.WriteString(e.Probe.provider.name + ":" + e.Probe.name)
		params = e.Probe.Params()
	}
	for i, arg := range e.Args {
		b.WriteByte(' ')
		if i < len(params) && params[i].Name != "" {
			b.WriteString(params[i].Name + "=")
		}
		switch reflect.ValueOf(arg).Kind() {
		case reflect.String, reflect.Slice:
			fmt.Fprintf(&b, "%q", arg)
		default:
			fmt.Fprint(&b, arg)
		}
		if i < len(e.Cut) && e.Cut[i] > 0 {
			fmt.Fprint(&b, "+", e.Cut[i])
		}
	}
	return b.String()
}
