package command

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A timelineProbe is what is known of a probe before there are events.
type timelineProbe struct {
	head   []byte // of an instant: name and category
	fields []field
	labels [][]byte // of the fields, with a colon
	roles  []role
}

// A role is what a probe is in a pair.
type role struct {
	pair  string
	head  []byte // of the span: name and category
	id    []byte // of the track, up to the key
	isEnd bool
	place int // of the key among the arguments; -1: the key is the thread
}

func newTimelineProbe(probe uprobe.Probe, captures []uprobe.Capture) timelineProbe {
	t := timelineProbe{
		head:   timelineHead(probe.String(), probe.Provider),
		fields: fieldsOf(probe, captures),
	}
	for _, f := range t.fields {
		t.labels = append(t.labels, append(printable.AppendJSON(nil, []byte(f.label)), ':'))
	}
	return t
}

func timelineHead(name, category string) []byte {
	head := printable.AppendJSON([]byte(`"name":`), []byte(name))
	return printable.AppendJSON(append(head, `,"cat":`...), []byte(category))
}

// addRoles adds what the probe is in the pair, if anything. Ends come first: where a span ends,
// another one can begin.
func (t *timelineProbe) addRoles(probe uprobe.Probe, pair spanPair) {
	id := printable.AppendJSON(nil, []byte(pair.name+" "))
	r := role{
		pair: pair.name, head: timelineHead(pair.name, probe.Provider),
		id: id[:len(id)-1], place: -1,
	}
	if !pair.key.isThread() {
		place, err := probe.Sites[0].Place(uprobe.Argument(pair.key.argument))
		if err != nil || place < 0 {
			return
		}
		r.place = place
	}
	switch name := probe.String(); name {
	case pair.end:
		r.isEnd = true
		t.roles = slices.Insert(t.roles, 0, r)
	case pair.start:
		t.roles = append(t.roles, r)
	}
}

func (p *timelineProbe) appendFields(dst []byte, args []uprobe.Value) []byte {
	dst = append(dst, '{')
	for i := range p.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.fields[i].appendJSON(append(dst, p.labels[i]...), args)
	}
	return append(dst, '}')
}
