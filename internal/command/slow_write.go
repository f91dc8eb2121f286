package command

import (
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A slowPlan says which two probes make pairs, and how pairs are written.
type slowPlan struct {
	starts, ends *tracePlan
	asJSON       bool
	isShown      bool // pairs are shown
}

// planSlow returns how pairs are written.
func (f *latencyFlags) planSlow(start, end uprobe.Probe) (*slowPlan, error) {
	if f.slower < 0 {
		return nil, usagef("--slower %v is negative", f.slower)
	}
	p := &slowPlan{
		starts: &tracePlan{many: f.scope.isMany(), probes: byTypes([]uprobe.Probe{start})},
		ends:   &tracePlan{many: f.scope.isMany(), probes: byTypes([]uprobe.Probe{end})},
		asJSON: f.asJSON, isShown: f.slower > 0,
	}
	if !p.isShown {
		return p, nil
	}
	if err := f.captureFlags.check(); err != nil {
		return nil, err
	}
	both := append(p.starts.probes[:len(p.starts.probes):len(p.starts.probes)], p.ends.probes...)
	captures := f.captures(both, nil)
	if err := f.checkUsed(both); err != nil {
		return nil, err
	}
	p.starts.captures = captures[:len(p.starts.probes)]
	p.ends.captures = captures[len(p.starts.probes):]
	return p, nil
}

// A slowWriter writes pairs.
type slowWriter interface {
	// append appends a pair and a line feed to dst.
	append(dst []byte, pair *uprobe.SlowPair) []byte
}

func (p *slowPlan) writer() slowWriter {
	if p.asJSON {
		return &slowJSON{newJSONEvents(p.starts), newJSONEvents(p.ends)}
	}
	return &slowText{newTextEvents(p.starts, false), newTextEvents(p.ends, false)}
}

// slowText writes pairs for people: time, process and thread of the end, how long it took, and both
// events.
type slowText struct{ starts, ends *textEvents }

func (w *slowText) append(dst []byte, pair *uprobe.SlowPair) []byte {
	start, end := &w.starts.probes[pair.Start.Probe], &w.ends.probes[pair.End.Probe]
	dst = w.ends.appendOrigin(dst, &pair.End)
	dst = append(dst, pair.Took.String()...)
	dst = start.appendFields(append(append(dst, "  "...), start.name...), pair.Start.Args)
	dst = end.appendFields(append(append(dst, "  "...), end.name...), pair.End.Args)
	return append(dst, '\n')
}

// slowJSON writes pairs for programs, each as an object in one line.
type slowJSON struct{ starts, ends *jsonEvents }

func (w *slowJSON) append(dst []byte, pair *uprobe.SlowPair) []byte {
	dst = w.ends.appendOrigin(dst, &pair.End)
	dst = append(dst, `,"took":`...)
	dst = strconv.AppendInt(dst, int64(pair.Took/time.Nanosecond), 10)
	dst = w.starts.probes[pair.Start.Probe].appendMember(dst, "start", pair.Start.Args)
	dst = w.ends.probes[pair.End.Probe].appendMember(dst, "end", pair.End.Args)
	return append(dst, '}', '\n')
}

// appendMember appends the probe and its arguments as a member of an object.
func (p *jsonProbe) appendMember(dst []byte, name string, args []uprobe.Value) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":{`...)
	dst = append(dst, p.names[len(","):]...)
	return append(p.appendArgs(dst, args), '}')
}
