//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// textEvents writes events for people: time, process, thread, its name, probe and arguments.
type textEvents struct {
	time   timestamp
	probes []textProbe
	format *format.Format // nil: all arguments
	bare   bool           // only what the format says
	values eventValues
}

// A textProbe is what is known of a probe before there are events.
type textProbe struct {
	name     string
	types    []operand.Arg
	labels   []string // of the arguments
	captured []bool   // whether the user wants what an argument points to
}

func newTextEvents(p *tracePlan, bare bool) *textEvents {
	clock := timestamp{layout: time.TimeOnly, digits: 6}
	w := &textEvents{time: clock, format: p.format, bare: bare}
	for i, probe := range p.probes {
		name := printable.Text(probe.String())
		t := textProbe{name: name, types: probe.Args(), captured: p.captured(i)}
		for i := range t.types {
			t.labels = append(t.labels, fmt.Sprintf(" arg%d=", i))
		}
		w.probes = append(w.probes, t)
	}
	return w
}

func (w *textEvents) append(dst []byte, ev *uprobe.Event) []byte {
	p := &w.probes[ev.Probe]
	if !w.bare {
		dst = w.appendOrigin(dst, ev)
		dst = append(dst, p.name...)
	}
	if w.format == nil {
		dst = p.appendArgs(dst, ev.Args)
		return append(dst, '\n')
	}
	if !w.bare {
		dst = append(dst, ' ')
	}
	w.values.types, w.values.args = p.types, ev.Args
	start := len(dst)
	dst = w.format.Append(dst, &w.values)
	if !bytes.HasSuffix(dst[start:], lineFeed) {
		dst = append(dst, '\n')
	}
	return dst
}

var lineFeed = []byte("\n")

// appendOrigin appends the columns that say when and where the event was.
func (w *textEvents) appendOrigin(dst []byte, ev *uprobe.Event) []byte {
	const pidWidth, commWidth = 7, 15
	dst = w.time.append(dst, ev.Time)
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

func (p *textProbe) appendArgs(dst []byte, args []uprobe.Value) []byte {
	for i, v := range args {
		dst = append(dst, p.labels[i]...)
		switch {
		case !v.Read || p.captured[i] && !v.Captured:
			dst = append(dst, format.Fault...)
		case p.captured[i]:
			dst = printable.AppendQuoted(dst, v.Data)
			if v.Cut {
				dst = append(dst, "…"...)
			}
		default:
			dst = appendInteger(dst, v, p.types[i].Signed)
		}
	}
	return dst
}
