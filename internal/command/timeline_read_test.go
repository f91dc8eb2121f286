//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A traceEvent is an event as the Trace Event Format has it: the document of that name by Google,
// "JSON Array Format", "Async Events", "Instant Events" and "Metadata Events".
type traceEvent struct {
	Phase    string                  `json:"ph"`
	Scope    string                  `json:"s"`
	Name     string                  `json:"name"`
	Category string                  `json:"cat"`
	ID       *struct{ Local string } `json:"id2"`
	PID      *uint32                 `json:"pid"`
	TID      *uint32                 `json:"tid"`
	TS       *json.Number            `json:"ts"`
	Args     json.RawMessage         `json:"args"`
}

// readTimeline reads a timeline, and returns a line for each process, thread, span and instant. It
// is an error if it is not what the format allows, or if an end belongs to no beginning.
func readTimeline(text []byte) ([]string, error) {
	var events []traceEvent
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&events); err != nil {
		return nil, err
	}
	r := timelineReader{open: make(map[string][]traceEvent)}
	for _, e := range events {
		if err := r.add(e); err != nil {
			return nil, fmt.Errorf("%w: %+v", err, e)
		}
	}
	for _, spans := range r.open {
		for _, e := range spans {
			r.lines = append(r.lines, fmt.Sprintf("open %s [%s] %s", e.Name, e.ID.Local, e.Args))
		}
	}
	slices.Sort(r.lines)
	return r.lines, nil
}

type timelineReader struct {
	open  map[string][]traceEvent // by track
	lines []string
}

func (r *timelineReader) add(e traceEvent) error {
	if e.PID == nil || e.TID == nil || e.Name == "" || len(e.Args) == 0 || e.Args[0] != '{' {
		return errors.New("lacks a member")
	}
	if e.Phase == "M" {
		return r.addName(e)
	}
	if e.TS == nil || e.Category == "" {
		return errors.New("lacks a time or a category")
	}
	if _, fraction, _ := strings.Cut(e.TS.String(), "."); len(fraction) != 3 && *e.TS != "0" {
		return errors.New("a time that is not in nanoseconds")
	}
	switch e.Phase {
	case "i":
		if e.Scope != "t" && e.Scope != "g" || e.ID != nil {
			return errors.New("bad instant")
		}
		r.lines = append(r.lines, fmt.Sprintf("instant %s %s %s", e.Scope, e.Name, e.Args))
	case "b", "e":
		if e.ID == nil || e.ID.Local == "" || e.Scope != "" {
			return errors.New("bad end of a span")
		}
		return r.addEnd(e)
	default:
		return errors.New("unknown phase")
	}
	return nil
}

func (r *timelineReader) addName(e traceEvent) error {
	var args struct{ Name *string }
	if e.Name != "process_name" && e.Name != "thread_name" || e.TS != nil || e.Category != "" {
		return errors.New("bad metadata")
	}
	if err := json.Unmarshal(e.Args, &args); err != nil || args.Name == nil {
		return fmt.Errorf("bad name: %w", err)
	}
	r.lines = append(r.lines, e.Name+" "+*args.Name)
	return nil
}

// addEnd adds one of the ends of a span. Those of a track are within each other.
func (r *timelineReader) addEnd(e traceEvent) error {
	track := fmt.Sprintf("%d %s %s", *e.PID, e.Category, e.ID.Local)
	if e.Phase == "b" {
		r.open[track] = append(r.open[track], e)
		return nil
	}
	last := len(r.open[track]) - 1
	if last < 0 {
		return errors.New("an end without a beginning")
	}
	began := r.open[track][last]
	r.open[track] = r.open[track][:last]
	from, err := began.TS.Float64()
	to, toErr := e.TS.Float64()
	if err := errors.Join(err, toErr); err != nil {
		return err
	}
	if to < from || e.Name != began.Name {
		return errors.New("the end of another span")
	}
	r.lines = append(r.lines,
		fmt.Sprintf("span %s [%s] %s %s", e.Name, e.ID.Local, began.Args, e.Args))
	return nil
}
