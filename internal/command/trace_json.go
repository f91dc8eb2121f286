package command

import (
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// jsonEvents writes events for programs, each as an object in one line. The names of its members
// are an interface. It does not use encoding/json, which takes several times as long, and
// allocates.
type jsonEvents struct {
	time   timestamp
	probes []jsonProbe
	stacks *stackWriter
}

// A jsonProbe is what is known of a probe before there are events.
type jsonProbe struct {
	names  []byte   // provider and probe, up to the first argument
	args   []field  // by place, as the note has them
	fields []field  // of a described probe
	labels [][]byte // of the fields, up to their values
}

func newJSONEvents(p *tracePlan) *jsonEvents {
	w := &jsonEvents{time: timestamp{layout: "2006-01-02T15:04:05", digits: 9}}
	w.stacks = newStackWriter(p.stacks, appendStackJSON)
	w.add(p)
	return w
}

func (w *jsonEvents) add(p *tracePlan) {
	for i, probe := range p.probes {
		var j jsonProbe
		j.names = printable.AppendJSON([]byte(`,"provider":`), []byte(probe.Provider))
		j.names = printable.AppendJSON(append(j.names, `,"probe":`...), []byte(probe.Name))
		j.names = append(j.names, `,"args":[`...)
		for place, a := range probe.Args() {
			j.args = append(j.args, argumentField(place, a))
		}
		for _, c := range p.captures[i] {
			j.args[c.Arg].kind = signature.String
			if c.Length >= 0 {
				j.args[c.Arg].kind = signature.Bytes
			}
		}
		if probe.Sites[0].Signature != nil {
			j.fields = append([]field{}, fieldsOf(probe, p.captures[i])...) // not nil
			for _, f := range j.fields {
				j.labels = append(j.labels, append(printable.AppendJSON(nil, []byte(f.label)), ':'))
			}
		}
		w.probes = append(w.probes, j)
	}
}

func (w *jsonEvents) append(dst []byte, ev *uprobe.Event) []byte {
	p := &w.probes[ev.Probe]
	dst = append(w.appendOrigin(dst, ev), p.names...)
	dst = p.appendArgs(dst, ev.Args)
	dst = w.stacks.append(dst, ev)
	return append(dst, '}', '\n')
}

// appendOrigin begins an object with when and where the event was.
func (w *jsonEvents) appendOrigin(dst []byte, ev *uprobe.Event) []byte {
	dst = w.time.append(append(dst, `{"time":"`...), ev.Time.In(time.UTC))
	dst = strconv.AppendUint(append(dst, `Z","pid":`...), uint64(ev.PID), 10)
	if ev.TID != 0 {
		dst = strconv.AppendUint(append(dst, `,"tid":`...), uint64(ev.TID), 10)
	}
	return printable.AppendJSON(append(dst, `,"comm":`...), ev.Comm)
}

// appendArgs appends the arguments, and which of them were cut.
func (p *jsonProbe) appendArgs(dst []byte, args []uprobe.Value) []byte {
	cut := false
	for i, v := range args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.args[i].appendJSON(dst, args)
		cut = cut || v.Cut
	}
	dst = append(dst, ']')
	if cut {
		dst = appendCut(dst, args)
	}
	if p.fields != nil {
		dst = p.appendFields(dst, args)
	}
	return dst
}

// appendFields appends the arguments once more, by their names and types.
func (p *jsonProbe) appendFields(dst []byte, args []uprobe.Value) []byte {
	dst = append(dst, `,"fields":{`...)
	for i := range p.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.fields[i].appendJSON(append(dst, p.labels[i]...), args)
	}
	return append(dst, '}')
}

func appendCut(dst []byte, args []uprobe.Value) []byte {
	dst = append(dst, `,"cut":`...)
	separator := byte('[')
	for i, v := range args {
		if v.Cut {
			dst = strconv.AppendInt(append(dst, separator), int64(i), 10)
			separator = ','
		}
	}
	return append(dst, ']')
}
