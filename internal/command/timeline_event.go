package command

import (
	"io"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// timelineEvents writes events as an array of the Trace Event Format. Each object is on a line of
// its own, and the comma is before it: without the last bracket, programs read the array all the
// same. Spans are asynchronous events, because those of different keys overlap in a thread.
type timelineEvents struct {
	flags  *timelineFlags
	probes []timelineProbe // as the tracing numbers them
	known  []uprobe.Probe  // the same
	names  *timelineNames
	spans  *openSpans
	origin time.Time // of all times in the file; zero before the first event
	alone  uint64    // ends without a start
}

func newTimelineEvents(p *tracePlan, f *timelineFlags) *timelineEvents {
	w := &timelineEvents{flags: f, names: newTimelineNames(), spans: newOpenSpans()}
	w.add(p)
	return w
}

func (w *timelineEvents) add(p *tracePlan) {
	for i, probe := range p.probes {
		w.probes = append(w.probes, newTimelineProbe(probe, p.captures[i]))
		w.known = append(w.known, probe)
	}
	w.setRoles()
}

// setRoles finds the pairs among all probes, which can be others with each probe that is added.
func (w *timelineEvents) setRoles() {
	pairs, why, err := w.flags.findPairs(w.known)
	if err != nil {
		return // the plan was checked: there was no such error
	}
	w.flags.warnWithoutKey(why)
	for i := range w.probes {
		w.probes[i].roles = nil
		for _, pair := range pairs {
			w.probes[i].addRoles(w.known[i], pair)
		}
	}
}

func (w *timelineEvents) append(dst []byte, ev *uprobe.Event) []byte {
	dst = w.begin(dst, ev)
	p := &w.probes[ev.Probe]
	isShown := false
	for i := range p.roles {
		var ok bool
		dst, ok = w.appendRole(dst, p, &p.roles[i], ev)
		isShown = isShown || ok
	}
	if !isShown {
		dst = append(append(dst, ",\n"+`{"ph":"i","s":"t",`...), p.head...)
		dst = w.appendPlace(dst, ev)
		dst = append(p.appendFields(append(dst, `,"args":`...), ev.Args), '}')
	}
	return dst
}

// appendRole appends the beginning or the end of a span. It is not ok if the key could not be read,
// or if it is the end of no span.
func (w *timelineEvents) appendRole(
	dst []byte, p *timelineProbe, r *role, ev *uprobe.Event,
) (with []byte, ok bool) {
	key := spanKey{pid: ev.PID, pair: r.pair, key: uint64(ev.TID)}
	if r.place >= 0 {
		if r.place >= len(ev.Args) || !ev.Args[r.place].Read {
			return dst, false
		}
		key.key = ev.Args[r.place].Int
	}
	phase, args, end := byte('b'), `,"args":`, "}"
	switch {
	case !r.isEnd:
		w.spans.start(key)
	case w.spans.end(key):
		phase, args, end = 'e', `,"args":{"end":`, "}}"
	default:
		w.alone++
		return dst, false
	}
	dst = append(append(dst, ",\n"+`{"ph":"`...), phase)
	dst = append(append(dst, `",`...), r.head...)
	dst = append(append(dst, `,"id2":{"local":`...), r.id...)
	dst = append(strconv.AppendUint(dst, key.key, 10), `"}`...)
	dst = w.appendPlace(dst, ev)
	dst = p.appendFields(append(dst, args...), ev.Args)
	return append(dst, end...), true
}

// appendPlace appends when and in which thread an event was. A goroutine has the track of its
// process.
func (w *timelineEvents) appendPlace(dst []byte, ev *uprobe.Event) []byte {
	dst = strconv.AppendUint(append(dst, `,"pid":`...), uint64(ev.PID), 10)
	dst = strconv.AppendUint(append(dst, `,"tid":`...), uint64(threadOf(ev)), 10)
	return appendMicroseconds(append(dst, `,"ts":`...), ev.Time.Sub(w.origin))
}

func threadOf(ev *uprobe.Event) uint32 {
	if ev.TID == 0 {
		return ev.PID
	}
	return ev.TID
}

// appendMicroseconds appends a time, with all its nanoseconds.
func appendMicroseconds(dst []byte, d time.Duration) []byte {
	if d < 0 {
		dst, d = append(dst, '-'), -d
	}
	dst = append(strconv.AppendInt(dst, d.Microseconds(), 10), '.')
	for unit := time.Duration(100); unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(d/unit%10)) // #nosec G115 -- a digit
	}
	return dst
}

// begin begins the array, and names the process and the thread of the event.
func (w *timelineEvents) begin(dst []byte, ev *uprobe.Event) []byte {
	if w.origin.IsZero() {
		w.origin = ev.Time.Truncate(time.Second)
		dst = append(dst, `[{"ph":"i","s":"g","name":"usdt","cat":"usdt","ts":0,"args":{"time":"`...)
		dst = append(w.origin.UTC().AppendFormat(dst, time.RFC3339), `"},"pid":`...)
		dst = strconv.AppendUint(dst, uint64(ev.PID), 10)
		dst = strconv.AppendUint(append(dst, `,"tid":`...), uint64(threadOf(ev)), 10)
		dst = append(dst, '}')
	}
	return w.names.append(dst, ev)
}

// end returns the end of the file.
func (w *timelineEvents) end() []byte {
	if w.origin.IsZero() {
		return []byte("[]\n")
	}
	return []byte("\n]\n")
}

// tell says what the timeline does not show as a span.
func (w *timelineEvents) tell(stderr io.Writer) {
	if open := w.spans.open(); open > 0 {
		warn(stderr, "%s without an end", plural(open, "span", "spans"))
	}
	if w.alone > 0 {
		warn(stderr, "%s", plural(w.alone, "end without a start, shown as an instant",
			"ends without a start, shown as instants"))
	}
}
