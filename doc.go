// Package usdt has no code. It is the root of a module that puts USDT probes into Go programs, and
// traces the probes of any program. Start with the first of its parts, or with the command:
//
//	go install github.com/go-usdt/usdt/cmd/usdt@latest
//	usdt demo
//
// # To declare and fire probes
//
//   - [github.com/go-usdt/usdt/stapsdt] declares probes at run time and fires them, with cgo and
//     without. Its documentation says how.
//   - [github.com/go-usdt/usdt/stapsdt/stapsdttest] tests what probes fire, in unit tests.
//   - [github.com/go-usdt/usdt/stapsdt/stapsdthttp] hands out what probes fire, to people and
//     programs without rights.
//   - [github.com/go-usdt/usdt/stapsdt/toggle] publishes probes only when a signal asks for them.
//   - [github.com/go-usdt/usdt/stapsdt/static] has them in the program's own file.
//   - [github.com/go-usdt/usdt/instrument] is the home of ready-made probes: of log/slog, net/http,
//     database/sql, gRPC, OpenTelemetry, the runtime, and functions of the program.
//
// # To trace them
//
//   - [github.com/go-usdt/usdt/cmd/usdt] is the command that lists, traces, counts and measures the
//     probes of any program. bpftrace, perf, gdb and others read them, too.
//
// # What it is made of
//
//   - [github.com/go-usdt/usdt/vendor_c] is libstapsdt in C, with a thin cgo wrapper. Package
//     stapsdt uses it in builds with cgo; programs in other languages can install it.
//   - [github.com/go-usdt/usdt/cstub] calls a C function without cgo, on the goroutine's own stack.
//     Package stapsdt enters its probes by it.
//
// The pages in docs are a book about all of this; its README.md is the table of contents. The
// programs in examples show the library at work.
package usdt
