package command

import (
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A remoteSource has the events that a program sends, as a plan wants them.
type remoteSource struct {
	*remote.Stream
	captures [][]uprobe.Capture // by index in the plan, and of later probes
	later    func(uprobe.Probe) (*tracePlan, error)
	index    []int  // in captures, by index in the stream; leftOut: its events are not written
	left     uint64 // events that are not written
	why      error  // of the first of them
	broken   error  // why the events ended
}

const leftOut = -1

func newRemoteSource(
	s *remote.Stream, p *tracePlan, later func(uprobe.Probe) (*tracePlan, error),
) *remoteSource {
	r := &remoteSource{
		Stream: s, captures: p.captures, later: later, index: make([]int, len(s.Probes)),
	}
	for i, probe := range p.probes {
		for _, site := range probe.Sites {
			r.index[site.Note.FileOffset] = i
		}
	}
	return r
}

// Next returns the next event. When the events break off, those before are written all the same.
func (r *remoteSource) Next(ev *uprobe.Event) error {
	for {
		err := r.Stream.Next(ev)
		if errors.Is(err, remote.ErrBrokenOff) {
			r.broken = err
			return io.EOF
		}
		if err != nil {
			return err
		}
		r.addLater()
		ev.Probe = r.index[ev.Probe]
		if ev.Probe != leftOut {
			break
		}
		r.left++
	}
	for _, c := range r.captures[ev.Probe] {
		v := &ev.Args[c.Arg]
		if len(v.Data) > c.Max {
			v.Data, v.Cut = v.Data[:c.Max], true
		}
	}
	return nil
}

// addLater plans the probes that are new in the stream.
func (r *remoteSource) addLater() {
	for _, probe := range r.Probes[len(r.index):] {
		p, err := r.later(probe)
		if err != nil {
			r.index = append(r.index, leftOut)
			if r.why == nil {
				r.why = err
			}
			continue
		}
		r.index = append(r.index, len(r.captures))
		r.captures = append(r.captures, p.captures...)
	}
}

// tell says what the user should know of the end, and of what was left out.
func (r *remoteSource) tell(stderr io.Writer) {
	if r.Reason != "" {
		warn(stderr, "the program ended the tracing: %s", r.Reason)
	}
	if r.left > 0 {
		warn(stderr, "not written: %s of probes that the program declared later: %v",
			plural(r.left, "event", "events"), r.why)
	}
	if r.IsFull() {
		warn(stderr, "a stream has room for %d probes; events of later ones are among the lost; "+
			"run usdt again", len(r.Probes))
	}
}
