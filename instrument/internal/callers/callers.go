// Package callers writes stacks as probes fire them: in one line, the innermost function first,
// because tracers cut texts at the end.
//
//	main.placeOrder:42 < main.serve:17 < main.main:9
package callers

import (
	"runtime"
	"strconv"
	"strings"
)

// maxFrames bounds what a tracer can make the program do for a stack.
const maxFrames = 64

// Text returns the function that calls it and those that have led there, but for the innermost
// ones, as many as skip says.
func Text(skip int) string {
	var text strings.Builder
	walk(skip, func(f runtime.Frame) { add(&text, f) })
	return text.String()
}

// OfPanic returns the functions that have led to a panic. A function calls it that is deferred and
// runs because of the panic.
func OfPanic() string {
	var text strings.Builder
	inRuntime := false
	walk(0, func(f runtime.Frame) {
		switch {
		case text.Len() > 0:
			add(&text, f)
		case f.Function == "runtime.gopanic":
			inRuntime = true
		case inRuntime && !strings.HasPrefix(f.Function, "runtime."): // it is who panics
			add(&text, f)
		}
	})
	return text.String()
}

// walk calls visit for the caller of its caller, and for those that have led there.
func walk(skip int, visit func(runtime.Frame)) {
	const own = 3 // runtime.Callers, walk, and its caller
	var counters [maxFrames]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(own+skip, counters[:])])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		switch frame.Function {
		case "", "runtime.main", "runtime.goexit": // which every goroutine has
		default:
			visit(frame)
		}
	}
}

// add writes a function without the directory of its package.
func add(text *strings.Builder, f runtime.Frame) {
	if text.Len() > 0 {
		text.WriteString(" < ")
	}
	text.WriteString(f.Function[strings.LastIndexByte(f.Function, '/')+1:])
	text.WriteString(":" + strconv.Itoa(f.Line))
}
