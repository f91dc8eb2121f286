package command

import (
	"bytes"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// textEvents writes events for people: time, process, thread, its name, probe and arguments.
type textEvents struct {
	time   timestamp
	probes []textProbe
	many   bool // events of several processes can come
	bare   bool // only what the format says
	values eventValues
	stacks *stackWriter
}

// A textProbe is what is known of a probe before there are events.
type textProbe struct {
	name   string
	format *format.Format // nil: all fields
	types  []operand.Arg
	fields []field
	labels []string // of the fields
	places []field  // by place
}

func newTextEvents(p *tracePlan, bare bool) *textEvents {
	clock := timestamp{layout: time.TimeOnly, digits: 6}
	w := &textEvents{time: clock, many: p.many, bare: bare}
	w.stacks = newStackWriter(p.stacks, appendStackText)
	w.add(p)
	return w
}

func (w *textEvents) add(p *tracePlan) {
	for i, probe := range p.probes {
		t := textProbe{name: printable.Text(probe.String()), types: probe.Args()}
		t.fields = fieldsOf(probe, p.captures[i])
		for _, f := range t.fields {
			t.labels = append(t.labels, " "+printable.Text(f.label)+"=")
		}
		if p.formats != nil {
			t.format, t.places = p.formats[i], byPlace(t.fields, len(t.types))
		}
		w.probes = append(w.probes, t)
	}
}

func (w *textEvents) append(dst []byte, ev *uprobe.Event) []byte {
	p := &w.probes[ev.Probe]
	if !w.bare {
		dst = w.appendOrigin(dst, ev)
		dst = append(dst, p.name...)
	}
	if p.format == nil {
		dst = p.appendFields(dst, ev.Args)
		return w.stacks.append(append(dst, '\n'), ev)
	}
	if !w.bare {
		dst = append(dst, ' ')
	}
	w.values = eventValues{p.types, p.places, ev.Args}
	start := len(dst)
	dst = p.format.Append(dst, &w.values)
	if !bytes.HasSuffix(dst[start:], lineFeed) {
		dst = append(dst, '\n')
	}
	return w.stacks.append(dst, ev)
}

var lineFeed = []byte("\n")

// appendOrigin appends when and where the event was. When the user has chosen the process, the name
// of its threads is left out: mostly all have the same one.
func (w *textEvents) appendOrigin(dst []byte, ev *uprobe.Event) []byte {
	const pidWidth, commWidth = 7, 15
	dst = w.time.append(dst, ev.Time)
	if !w.many {
		dst = strconv.AppendUint(append(dst, ' '), uint64(ev.PID), 10)
		if ev.TID != 0 { // a goroutine that the program itself tells of has no thread
			dst = strconv.AppendUint(append(dst, ' '), uint64(ev.TID), 10)
		}
		return append(dst, ' ')
	}
	for _, id := range []uint32{ev.PID, ev.TID} {
		dst = append(dst, ' ')
		start := len(dst)
		dst = strconv.AppendUint(dst, uint64(id), 10)
		dst = appendBlanks(dst, pidWidth-(len(dst)-start))
	}
	dst = append(dst, ' ')
	start := len(dst)
	dst = printable.AppendEscaped(dst, ev.Comm)
	dst = appendBlanks(dst, commWidth-(len(dst)-start))
	return append(dst, ' ')
}

func appendBlanks(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}

func (p *textProbe) appendFields(dst []byte, args []uprobe.Value) []byte {
	for i := range p.fields {
		dst = p.fields[i].appendText(append(dst, p.labels[i]...), args)
	}
	return dst
}

// byPlace returns a field for each place. The length of another argument is an integer.
func byPlace(fields []field, places int) []field {
	all := make([]field, places)
	for place := range all {
		all[place] = field{place: place, kind: signature.Uint}
	}
	for _, f := range fields {
		all[f.place] = f
	}
	return all
}
