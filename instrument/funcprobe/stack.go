package funcprobe

import (
	"runtime"
	"strconv"
	"strings"
)

// maxFrames bounds what a tracer can make the program do for a stack.
const maxFrames = 64

// stack returns the functions that have led to the caller of the function that called begin.
func stack() string {
	const skipped = 4 // runtime.Callers, stack, begin, and who called that
	var counters [maxFrames]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(skipped, counters[:])])
	var text strings.Builder
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		name := frame.Function[strings.LastIndexByte(frame.Function, '/')+1:]
		if name == "" || name == "runtime.main" || name == "runtime.goexit" {
			continue // which every goroutine has
		}
		if text.Len() > 0 {
			text.WriteString(" < ")
		}
		text.WriteString(name + ":" + strconv.Itoa(frame.Line))
	}
	return text.String()
}
