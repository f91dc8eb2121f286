package stapsdthttp

import (
	"context"
	"net/http"
	"time"
)

// linesType is the media type of JSON in lines.
const linesType = "application/x-ndjson"

// An eventWriter makes a stream of events. Its methods append to dst.
type eventWriter interface {
	contentType() string
	begin(dst []byte, views []*view) []byte
	event(dst []byte, v *view) (_ []byte, ok bool) // not ok: the form has no room for the probe
	lost(dst []byte, lost uint64) []byte           // so far
	end(dst []byte, sent, lost uint64, reason string) []byte
}

// trace is a stream that is sent.
type trace struct {
	source *source
	answer *answer
	writer eventWriter
	limit  uint64 // of events; 0: none

	lines  []byte // not written yet
	sent   uint64 // events, those in lines included
	left   uint64 // events left out, because the form has no room for their probes
	told   uint64 // the number of lost events that the client knows of
	toldAt time.Time
}

const (
	// writeBytes are written at once when events come fast.
	writeBytes = 64 << 10
	// pause is how long an event waits for others, to be written with them.
	pause = 10 * time.Millisecond
	// newsInterval is the least time between two messages about lost events.
	newsInterval = time.Second
)

// lifeInterval is how long nothing is written at most, so that proxies see that there is life, and
// the program sees that the client is gone.
var lifeInterval = 15 * time.Second

func serveTrace(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.RawQuery, "probe", "where", "seconds", "limit", "format", "buffer",
		"text")
	if err != nil {
		return err
	}
	s, err := q.open()
	if err != nil {
		return err
	}
	defer s.close()
	t := trace{source: s, writer: jsonLines{}, limit: q.limit}
	if q.isBinary {
		t.writer = new(frames)
	}
	if t.answer, err = begin(w, r, q.duration, t.writer.contentType()); err != nil {
		return nil //nolint:nilerr // nobody is there who could be told
	}
	defer t.answer.close()
	t.run()
	return nil
}

// run writes events until the time is over or the client has gone. A client that reads slowly holds
// nothing up but this: what comes meanwhile waits in the listener's buffer, as far as there is
// room.
func (t *trace) run() {
	t.lines = t.writer.begin(t.lines, t.source.order)
	if t.write() != nil {
		return
	}
	for t.answer.ctx.Err() == nil && !t.isEnough() {
		t.wait()
		t.collect()
		if t.write() != nil {
			return
		}
	}
	reason := ""
	if !t.isEnough() && time.Now().Before(t.answer.end) {
		reason = "it shuts down"
	}
	t.finish(reason)
}

func (t *trace) isEnough() bool { return t.limit != 0 && t.sent >= t.limit }

// wait returns with the first event, or after a while without.
func (t *trace) wait() {
	patience := lifeInterval
	if t.lost() > t.told {
		patience = newsInterval
	}
	ctx, cancel := context.WithTimeout(t.answer.ctx, patience)
	defer cancel()
	for v := range t.source.events(ctx.Done()) {
		t.add(v)
		return
	}
	if t.answer.ctx.Err() == nil {
		t.tellLost()
	}
}

// collect takes what comes within a pause.
func (t *trace) collect() {
	if t.isEnough() || len(t.lines) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(t.answer.ctx, pause)
	defer cancel()
	for v := range t.source.events(ctx.Done()) {
		if t.add(v); t.isEnough() || len(t.lines) >= writeBytes {
			return
		}
	}
}

func (t *trace) add(v *view) {
	lines, ok := t.writer.event(t.lines, v)
	t.lines = lines
	if ok {
		t.sent++
	} else {
		t.left++
	}
}

// lost returns how many events the client does not get, so far.
func (t *trace) lost() uint64 { return t.source.lost() + t.left }

// write writes what there is, and from time to time how many events are lost.
func (t *trace) write() error {
	if t.lost() > t.told && time.Since(t.toldAt) >= newsInterval {
		t.tellLost()
	}
	if len(t.lines) == 0 {
		return nil
	}
	err := t.answer.write(t.lines)
	t.lines = t.lines[:0]
	return err
}

func (t *trace) tellLost() {
	t.told, t.toldAt = t.lost(), time.Now()
	t.lines = t.writer.lost(t.lines, t.told)
}

// finish writes what was fired before now, and how many events there were.
func (t *trace) finish(reason string) {
	t.source.listener.Close()
	t.answer.finish()
	if !t.isEnough() && !t.answer.isGone() {
		for v := range t.source.events(t.answer.client.Done()) {
			t.add(v)
			if t.isEnough() || len(t.lines) >= writeBytes && t.write() != nil {
				break
			}
		}
	}
	t.lines = t.writer.end(t.lines, t.sent, t.lost(), reason)
	_ = t.answer.write(t.lines) // nobody is there who could be told
}
