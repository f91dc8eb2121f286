// Package usdt has no code. It is the root of a module that puts USDT probes into Go programs, and
// traces the probes of any program. These are its parts:
//
//   - [github.com/go-usdt/usdt/stapsdt] is the package to import: it declares probes at run time
//     and fires them, with cgo and without. Start with its documentation.
//   - [github.com/go-usdt/usdt/cmd/usdt] is the command that lists, traces, counts and measures
//     probes: go install github.com/go-usdt/usdt/cmd/usdt@latest.
//   - [github.com/go-usdt/usdt/vendor_c] is libstapsdt in C, with a thin cgo wrapper. Package
//     stapsdt uses it in builds with cgo; programs in other languages can install it.
//   - [github.com/go-usdt/usdt/cstub] calls a C function without cgo, on the goroutine's own stack.
//     Package stapsdt enters its probes by it.
//
// The programs in examples show the library at work. The pages in docs say how to trace, and how it
// is built.
package usdt
