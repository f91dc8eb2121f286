package stapsdttest

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
)

// Event is one fire of a probe.
type Event struct {
	Probe string // PROVIDER:PROBE
	// Args has the arguments, each with the Go type of the declaration, such as time.Duration; a
	// dynamic probe has the predeclared type of each [stapsdt.ArgType].
	Args []any
}

type anything string

// Any, in place of an argument of an event that is wanted, stands for any value. Only Want and Diff
// know it.
const Any anything = "_"

// Fired returns the event that there is when p was fired with these arguments. It gives each the
// type that p declares for it, if the value fits, so constants are written as in a call of Fire.
func Fired(p Probe, args ...any) Event {
	e := Event{title(p), append([]any{}, args...)}
	for i, t := range p.GoTypes()[:min(len(args), len(p.GoTypes()))] {
		e.Args[i] = convert(args[i], t)
	}
	return e
}

func title(p Probe) string { return p.Provider().Name() + ":" + p.Name() }

// convert returns arg as a value of type t, or as it is, if it does not fit.
func convert(arg any, t reflect.Type) any {
	v := reflect.ValueOf(arg)
	if !v.IsValid() || arg == Any || !fits(v, t) {
		return arg
	}
	return v.Convert(t).Interface()
}

func fits(v reflect.Value, t reflect.Type) bool {
	to := reflect.Zero(t)
	switch {
	case to.CanInt() && v.CanInt():
		return !t.OverflowInt(v.Int())
	case to.CanInt() && v.CanUint():
		return v.Uint() <= math.MaxInt64 && !t.OverflowInt(int64(v.Uint())) // #nosec G115 -- it fits
	case to.CanUint() && v.CanInt():
		return v.Int() >= 0 && !t.OverflowUint(uint64(v.Int())) // #nosec G115 -- it fits
	case to.CanUint() && v.CanUint():
		return !t.OverflowUint(v.Uint())
	case to.CanFloat():
		return v.CanInt() || v.CanUint() || v.CanFloat()
	case t.Kind() == reflect.Slice:
		return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
	}
	return v.Kind() == t.Kind() // a string or bool
}

func eventOf(e *stapsdt.Event) Event { return Event{title(e.Probe), e.Args} }

func eventsOf(list []stapsdt.Event) []Event {
	events := make([]Event, len(list))
	for i := range list {
		events[i] = eventOf(&list[i])
	}
	return events
}

// String returns the event as usdt trace shows it: shop:order id=1 customer="Ada". The names of
// arguments are there if a provider that is not closed has the probe. Long texts are cut.
func (e Event) String() string { return e.format(show) }

func (e Event) format(show func(any) string) string {
	var b strings.Builder
	b.WriteString(e.Probe)
	params := e.params()
	for i, arg := range e.Args {
		b.WriteByte(' ')
		if params != nil && params[i].Name != "" {
			b.WriteString(params[i].Name + "=")
		}
		b.WriteString(show(arg))
	}
	return b.String()
}

// params returns the arguments as a probe declares them, or nil.
func (e Event) params() []stapsdt.Param {
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			if title(p) == e.Probe && len(p.Types()) == len(e.Args) {
				return p.Params()
			}
		}
	}
	return nil
}

// show returns an argument for people.
func show(arg any) string {
	const most = 200
	text, ok := textOf(arg)
	if !ok {
		return fmt.Sprint(arg)
	}
	if len(text) > most {
		return fmt.Sprintf("%q… (%d bytes)", text[:most], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// showType returns an argument with its type and all its bytes.
func showType(arg any) string {
	if text, ok := textOf(arg); ok {
		return fmt.Sprintf("%T(%q)", arg, text)
	}
	if arg == Any || arg == nil {
		return fmt.Sprint(arg)
	}
	return fmt.Sprintf("%T(%v)", arg, arg)
}

// textOf returns the bytes of a string or []byte.
func textOf(arg any) (text []byte, ok bool) {
	v := reflect.ValueOf(arg)
	switch {
	case arg == Any:
	case v.Kind() == reflect.String:
		return []byte(v.String()), true
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return v.Bytes(), true
	}
	return nil, false
}

// matches reports whether got is what want says.
func matches(want, got Event) bool {
	return want.Probe == got.Probe && slices.EqualFunc(want.Args, got.Args, matchesArg)
}

func matchesArg(want, got any) bool {
	if want == Any {
		return true
	}
	if reflect.TypeOf(want) != reflect.TypeOf(got) {
		return false
	}
	if text, ok := textOf(want); ok {
		other, _ := textOf(got)
		return bytes.Equal(text, other) // a nil []byte is recorded as an empty one
	}
	if v := reflect.ValueOf(want); v.CanFloat() && math.IsNaN(v.Float()) {
		return math.IsNaN(reflect.ValueOf(got).Float())
	}
	return reflect.DeepEqual(want, got)
}
