package command

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/profile"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// A stackSample is what was counted for one stack, and one value of each argument to group by.
type stackSample struct {
	row string // the probe, and the values
	rowStack
	values []int64
}

// unknownStack stands for the stacks for which there was no room.
const unknownStack = "(stack not known)"

// writeFolded writes a line for each stack with the last of its values, as programs that draw flame
// graphs want it: the functions, the outermost first. If samples are of several rows, these are
// the outermost.
func writeFolded(w io.Writer, samples []stackSample) error {
	var lines strings.Builder
	named := false
	for _, s := range samples {
		named = named || s.row != samples[0].row
	}
	for _, s := range samples {
		names := foldedNames(s.stack)
		if named {
			names = append(names, s.row)
		}
		for i := len(names) - 1; i >= 0; i-- {
			lines.WriteString(strings.ReplaceAll(printable.Text(names[i]), ";", ","))
			if i > 0 {
				lines.WriteByte(';')
			}
		}
		fmt.Fprintf(&lines, " %d\n", s.values[len(s.values)-1])
	}
	_, err := io.WriteString(w, lines.String())
	return err
}

// foldedNames returns the functions of a stack, the innermost first.
func foldedNames(stack []location) []string {
	var names []string
	for _, l := range stack {
		for _, f := range l.frames {
			names = append(names, f.Function)
		}
		if len(l.frames) == 0 {
			names = append(names, l.unknown())
		}
	}
	if len(names) == 0 {
		return []string{unknownStack}
	}
	return names
}

// A stackReport has the samples of the time from began to ended. A nil one takes none.
type stackReport struct {
	types        []profile.Type
	samples      []stackSample
	began, ended time.Time
}

// newStackReport returns a report of values whose names and units are given, nil if nobody wants
// one.
func (f *aggregateFlags) newStackReport(began, ended time.Time, types ...string) *stackReport {
	if !f.wantsStackReport() {
		return nil
	}
	r := &stackReport{began: began, ended: ended}
	for pair := range slices.Chunk(types, 2) {
		r.types = append(r.types, profile.Type{Name: pair[0], Unit: pair[1]})
	}
	return r
}

// add adds a sample. Without a stack, it is of those that are not known.
func (r *stackReport) add(row string, of *rowStack, values ...int64) {
	if r == nil {
		return
	}
	s := stackSample{row: row, values: values}
	if of != nil {
		s.rowStack = *of
	}
	r.samples = append(r.samples, s)
}

// writeStacks writes the report.
func (f *aggregateFlags) writeStacks(out io.Writer, r *stackReport) error {
	if r == nil {
		return nil
	}
	if err := f.output.writeProfile(r); err != nil || !f.folded {
		return err
	}
	return writeFolded(out, r.samples)
}

// writeProfile writes the profile into the file if it is for one.
func (o *output) writeProfile(r *stackReport) error {
	if !o.isProfile() {
		return nil
	}
	p := profile.Profile{
		Types: r.types, Began: r.began, Duration: r.ended.Sub(r.began),
	}
	for _, s := range r.samples {
		p.Samples = append(p.Samples, profile.Sample{
			Stack: profileStack(s.pid, s.stack), Values: s.values, Labels: s.labels,
		})
	}
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		return err
	}
	return o.replace(text.Bytes())
}

func profileStack(pid uint32, stack []location) []profile.Location {
	if len(stack) == 0 {
		return []profile.Location{{Frames: []symbol.Frame{{Function: unknownStack}}}}
	}
	var all []profile.Location
	for _, l := range stack {
		frames := l.frames
		if len(frames) == 0 {
			frames = []symbol.Frame{{Function: l.unknown()}}
		}
		all = append(all, profile.Location{
			Process: pid, Address: l.address, Object: l.object, Frames: frames,
		})
	}
	return all
}
