// Program prints, for stacks of several kinds, what the runtime says of each frame: the offset of
// its address in the file, the function, the file and the line.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	deep(3)
	generic("text")
	func() { inlined() }()
	method{}.call()
}

//go:noinline
func deep(n int) {
	if n == 0 {
		outer()
		return
	}
	deep(n - 1)
}

func outer()             { inner() }
func inner()             { show() }
func inlined()           { inner() }
func generic[T any](t T) { keep = t; inner() }

var keep any

type method struct{}

func (method) call() { inner() }

//go:noinline
func show() {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	for _, pc := range pcs { // one for each frame, also for inlined ones
		f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
		fmt.Printf("%d\t%s %s:%d\n", fileOffset(pc), f.Function, f.File, f.Line)
	}
}

// fileOffset returns where in the program's file an address is.
func fileOffset(pc uintptr) uintptr {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(maps)) {
		var start, end, offset uintptr
		var perms string
		fmt.Sscanf(line, "%x-%x %s %x", &start, &end, &perms, &offset)
		if start <= pc && pc < end {
			return pc - start + offset
		}
	}
	return 0
}
