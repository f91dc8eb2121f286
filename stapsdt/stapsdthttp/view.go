package stapsdthttp

import (
	"fmt"
	"os"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// view is a probe as a query sees it: what is known before there are events, and the values of one
// event. A stream has its own.
type view struct {
	probe  *stapsdt.Probe
	name   string // PROVIDER:PROBE
	args   []viewArg
	places []viewPlace
	where  filter.Expr // for this probe; nil: all events
	isMute bool        // no event can satisfy the filter

	needs        []int  // the places of what the query needs, noPlace for what it does not
	isIncomplete bool   // the probe has not all of it
	inBase64     []bool // of groups: see source

	event    *stapsdt.Event
	values   []wire.Value // of the arguments
	isHidden bool         // the event does not satisfy the filter

	keepsHidden bool // take reports such events, too

	line   *linePrefix // of JSON
	number int         // in a binary stream
}

func newView(p *stapsdt.Probe) *view {
	v := &view{probe: p, name: p.Provider().Name() + ":" + p.Name()}
	for i, param := range p.Params() {
		arg := viewArg{param.Name, p.TypeName(i), param.Type, len(v.places)}
		if arg.label == "" {
			arg.label = "arg" + strconv.Itoa(arg.place)
		}
		v.args = append(v.args, arg)
		v.places = append(v.places, viewPlace{index: i})
		if param.Type == stapsdt.Bytes {
			v.places = append(v.places, viewPlace{index: i, isLength: true})
		}
	}
	v.values = make([]wire.Value, len(v.args))
	return v
}

// bind sets the filter. The error says why the probe has not what the filter uses.
func (v *view) bind(where filter.Expr) (err error) {
	if where == nil {
		return nil
	}
	v.where, err = filter.Bind(where, func(u filter.Use) (int, bool, error) {
		place, err := v.place(argument{u.Name, u.Arg})
		if err != nil {
			return 0, false, err
		}
		return place, false, v.checkUse(u, place)
	})
	v.isMute = err != nil
	return err
}

func (v *view) checkUse(u filter.Use, place int) error {
	arg := v.args[v.places[place].index]
	isText := arg.isText() && !v.places[place].isLength
	switch {
	case u.Text && !isText:
		return fmt.Errorf("%s of %s is of type %s, which cannot be compared with a string", arg.label,
			v.name, arg.typeName)
	case !u.Text && isText:
		return fmt.Errorf(`%s of %s is of type %s; compare it with a string: %s == "text"`, arg.label,
			v.name, arg.typeName, arg.label)
	case !u.Text && u.Name != "":
		return v.checkInteger(place)
	}
	return nil // a number means the bits themselves
}

// take takes an event of the probe, and reports whether the query is about it: whether it satisfies
// the filter, as a rule.
func (v *view) take(e *stapsdt.Event) bool {
	if v.isMute {
		return false
	}
	v.event = e
	for i, arg := range e.Args {
		v.values[i] = wire.ValueOf(arg, e.Cut[i])
	}
	v.isHidden = v.where != nil && !filter.Eval(v.where, eventValues{v})
	return v.keepsHidden || !v.isHidden
}

// Int returns what is at a place, unless it is text.
func (v *view) Int(place int) (value uint64, signed, ok bool) {
	if place < 0 || place >= len(v.places) {
		return 0, false, false
	}
	p := v.places[place]
	arg := &v.args[p.index]
	switch {
	case p.isLength:
		return uint64(v.values[p.index].Length), true, true // #nosec G115 -- not negative
	case arg.isText():
		return 0, false, false
	}
	return v.values[p.index].Bits, arg.isSigned(), true
}

// text returns what is kept of the text at a place.
func (v *view) text(place int) (data []byte, ok bool) {
	if place < 0 || place >= len(v.places) {
		return nil, false
	}
	p := v.places[place]
	if p.isLength || !v.args[p.index].isText() {
		return nil, false
	}
	return v.values[p.index].Data, true
}

// eventValues is an event as a filter reads it.
type eventValues struct{ *view }

func (e eventValues) String(place int) (string, bool) {
	data, ok := e.text(place)
	return string(data), ok
}

func (e eventValues) PID() uint32 { return uint32(os.Getpid()) } // #nosec G115 -- not negative

// TID is not asked for: queries are refused that use it.
func (e eventValues) TID() uint32 { return 0 }
