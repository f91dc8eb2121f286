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
		f.starts = append(f.starts, newEventFields(part, o.StartCaptures[i], names))
	}
	for i, part := range parts.ends {
		f.ends = append(f.ends, newEventFields(part, o.EndCaptures[i], names))
	}
	for i, name := range names {
		if name != "" && f.starts[0].named[i] == nil && f.ends[0].named[i] == nil {
			return f, fmt.Errorf("neither %s nor %s has an argument %s",
				printable.Text(parts.names[0]), printable.Text(parts.names[1]), printable.Text(name))
		}
	}
	return f, nil
}

// side returns the field of the name with this index, of the start if it has it, and the arguments
// of that hit; nil if neither has it.
func (f *pairFields) side(pair *uprobe.SlowPair, name int) (*field, []uprobe.Value) {
	if one := f.starts[pair.Start.Probe].named[name]; one != nil {
		return one, pair.Start.Args
	}
	return f.ends[pair.End.Probe].named[name], pair.End.Args
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
