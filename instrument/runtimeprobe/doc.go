// Package runtimeprobe shows tracers what the Go runtime of a program does: garbage collections,
// memory, goroutines and the scheduler, and how the program was built.
//
//	func main() {
//		defer runtimeprobe.Start(time.Second)()
//
//	$ usdt trace -p 3583 go:gc
//	$ usdt hist -p 3583 go:gc --arg pause
//	$ usdt trace -p 3583 go:memory --where 'used > 1000000000'
//
// # The probes
//
// The provider is go. Sizes are bytes, as package [runtime/metrics] has them.
//
//   - gc is fired after each garbage collection: number, pause (for how long the world was
//     stopped), before (the heap when it was collected: what the collection before it had found
//     live, and what was allocated since; 0 if that one was not traced), live (what this one has
//     found) and goal (at which size the next one ends);
//   - memory at each interval: used (all memory of the runtime that is not returned to the system,
//     which is what GOMEMLIMIT is about), limit (0: none), heap (objects, also dead ones that are
//     not swept) and stacks;
//   - scheduler at each interval, from the second one on that is traced: goroutines, threads, procs
//     (GOMAXPROCS), and half and most, within which half and 99 % of the goroutines that became
//     runnable in the interval were running;
//   - build at Start and, later, once when tracing begins: path, version and revision of the main
//     module, the version of go, and uptime, which is the time since Start;
//   - panic by [ReportPanic]: value and stack, in one line, who panics first.
//
// # Performance considerations
//
// Importing the package starts nothing. Start makes a goroutine, which asks at each interval
// whether somebody traces, and a finalizer, which asks after each garbage collection. While nobody
// does, nothing is read or allocated. A traced interval takes some microseconds.
package runtimeprobe

import (
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("go")

	gc = stapsdt.MustProbe5[uint64, time.Duration, uint64, uint64, uint64](provider,
		"gc", "number", "pause", "before", "live", "goal").
		Describe("Garbage was collected.")

	memory = stapsdt.MustProbe4[uint64, uint64, uint64, uint64](provider,
		"memory", "used", "limit", "heap", "stacks").
		Describe("An interval has passed: how much memory the runtime has.")

	scheduler = stapsdt.MustProbe5[uint64, uint64, uint64, time.Duration, time.Duration](provider,
		"scheduler", "goroutines", "threads", "procs", "half", "most").
		Describe("An interval has passed: how long goroutines had to wait for a thread.")

	build = stapsdt.MustProbe5[string, string, string, string, time.Duration](provider,
		"build", "path", "version", "revision", "go", "uptime").
		Describe("The program has started, or tracing has begun.")

	panicked = stapsdt.MustProbe2[string, string](provider, "panic", "value", "stack").
			Describe("A goroutine panics.")
)
