package command

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// pairFields are the arguments of the two probes of a pair, by their parts.
type pairFields struct {
	parts        *pairParts
	starts, ends []eventFields
}

// newPairFields returns the arguments of a pair, and has their texts read. Each of the names must
// be one of the start or of the end; an empty one is none.
func newPairFields(
	parts *pairParts, o *uprobe.PairOptions, names []string,
) (f pairFields, err error) {
	f.parts = parts
	o.StartCaptures = captured().captures(parts.starts, nil)
	o.EndCaptures = captured().captures(parts.ends, nil)
	for i, part := range parts.starts {
		f.starts = append(f.starts, newEventFields(part, o.StartCaptures[i]))
	}
	for i, part := range parts.ends {
		f.ends = append(f.ends, newEventFields(part, o.EndCaptures[i]))
	}
	for _, name := range names {
		_, ofStart := f.starts[0].find(name)
		if _, ofEnd := f.ends[0].find(name); name != "" && !ofStart && !ofEnd {
			return f, fmt.Errorf("neither %s nor %s has an argument %s",
				printable.Text(parts.names[0]), printable.Text(parts.names[1]), printable.Text(name))
		}
	}
	return f, nil
}

// side returns the field of an argument, of the start if it has it, and the arguments of that hit.
func (f *pairFields) side(pair *uprobe.SlowPair, name string) (field, []uprobe.Value) {
	if one, ok := f.starts[pair.Start.Probe].find(name); ok {
		return one, pair.Start.Args
	}
	if one, ok := f.ends[pair.End.Probe].find(name); ok {
		return one, pair.End.Args
	}
	return field{never: true}, pair.End.Args
}

// key returns the values of the group that the kernel counts a pair in. It is not ok if one could
// not be read.
func (f *pairFields) key(pair *uprobe.SlowPair, by []uprobe.By) (key []uprobe.KeyValue, ok bool) {
	for _, b := range by {
		event, probe := &pair.Start, f.parts.starts[pair.Start.Probe]
		if b.OfEnd {
			event, probe = &pair.End, f.parts.ends[pair.End.Probe]
		}
		v, ok := keyValue(event, probe.Sites[0], b)
		if !ok {
			return nil, false
		}
		key = append(key, v)
	}
	return key, true
}

func keyValue(ev *uprobe.Event, s uprobe.Site, b uprobe.By) (v uprobe.KeyValue, ok bool) {
	switch b.Argument {
	case uprobe.Process:
		v.Int.Bits = uint64(ev.PID)
		return v, true
	case uprobe.Command:
		v.Text = string(ev.Comm)
		return v, true
	}
	place, err := s.Place(b.Argument)
	if err != nil || place >= len(ev.Args) {
		return v, false
	}
	arg := ev.Args[place]
	if b.Text {
		v.Text = string(arg.Data)
		return v, arg.Captured
	}
	v.Int = integer.Of(arg.Int, s.Args()[place].Signed)
	return v, arg.Read
}
