package command

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A location is an address of a stack, and what is known of it.
type location struct {
	address uint64
	object  string         // the file that is mapped there, "" if none is known
	offset  uint64         // in that file
	frames  []symbol.Frame // the innermost first; none if no function is known
}

// A stackReader knows what is where in processes.
type stackReader interface {
	// locate returns the locations of a stack, without those of this library. isSettled says that
	// they stay the same: nothing can be learned later.
	locate(stack uprobe.UserStack) (locations []location, isSettled bool)
}

// withoutEntrance leaves out the locations that are part of firing the probe.
func withoutEntrance(stack []location) []location {
	var frames []symbol.Frame
	of := make([]int, 0, len(stack)) // the location of each frame
	for i, l := range stack {
		if len(l.frames) == 0 {
			frames, of = append(frames, symbol.Frame{}), append(of, i)
		}
		for _, f := range l.frames {
			frames, of = append(frames, f), append(of, i)
		}
	}
	n := symbol.Entrances(frames)
	if n == 0 || n >= len(frames) {
		return stack
	}
	first := of[n]
	rest := stack[first:]
	if inlined := n - slices.Index(of, first); inlined > 0 {
		rest[0].frames = rest[0].frames[inlined:]
	}
	return rest
}

const stackIndent = "        "

// appendStackText appends a line for each function.
func appendStackText(dst []byte, stack []location) []byte {
	for _, l := range stack {
		for _, line := range l.lines() {
			dst = append(append(append(dst, stackIndent...), line...), '\n')
		}
	}
	return dst
}

// lines returns the functions of a location, in a printable form.
func (l location) lines() []string {
	if len(l.frames) == 0 {
		return []string{l.unknown()}
	}
	var lines []string
	for _, f := range l.frames {
		line := printable.Text(f.Function)
		if !f.Inlined {
			line += "+" + strconv.FormatUint(f.Offset, 10)
		}
		place := printable.Text(l.object)
		if f.File != "" {
			place = printable.Text(f.File) + ":" + strconv.Itoa(f.Line)
		}
		if f.Inlined {
			place += ", inlined"
		}
		lines = append(lines, line+" ("+place+")")
	}
	return lines
}

// unknown is the address, and where in a file it is.
func (l location) unknown() string {
	text := "0x" + strconv.FormatUint(l.address, 16)
	if l.object != "" {
		text += " (" + printable.Text(l.object) + "+0x" + strconv.FormatUint(l.offset, 16) + ")"
	}
	return text
}

// jsonStack returns a stack as JSON has it; never nil.
func jsonStack(stack []location) []reading.Frame {
	frames := []reading.Frame{}
	for _, l := range stack {
		all := reading.Frame{Address: l.address, Object: l.object, Offset: l.offset}
		if len(l.frames) == 0 {
			frames = append(frames, all)
		}
		for _, f := range l.frames {
			of := all
			of.Function, of.File, of.Line, of.Inlined = f.Function, f.File, f.Line, f.Inlined
			of.Offset = f.Offset
			frames = append(frames, of)
		}
	}
	return frames
}

// appendStackJSON appends the member of an object that has a stack.
func appendStackJSON(dst []byte, stack []location) []byte {
	text, err := json.Marshal(jsonStack(stack))
	if err != nil {
		panic(err) // there are only numbers and texts
	}
	return append(append(dst, `,"stack":`...), printable.EscapeJSON(text)...)
}
