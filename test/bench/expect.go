//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"fmt"
	"io"
)

// An expectation is a promise of the project about the numbers, and what the run found.
type expectation struct {
	promise string
	finding string
	ok      bool
}

// printExpectations prints a line for each expectation, and returns whether all were met.
func printExpectations(w io.Writer, rows []row) (ok bool) {
	ok = true
	for _, e := range expectations(rows) {
		verdict := "ok    "
		if !e.ok {
			verdict, ok = "MISSED", false
		}
		fmt.Fprintf(w, "%s %s: %s\n", verdict, e.promise, e.finding)
	}
	return ok
}

func expectations(rows []row) []expectation {
	return []expectation{
		idle(rows, enabled, noArgs),
		idle(rows, typed, ints),
		idle(rows, typed, text),
		noAllocations(rows),
		find(rows, entered, typed, ints).atMost(1./5, "of the plain wrapper's time",
			find(rows, entered, plainGo, ints)),
		find(rows, counted, typed, ints).within(15),
		find(rows, heard, typed, ints).atMost(1./2, "of the LTTng-UST tracepoint's time",
			find(rows, kept, tracepoint, ints)),
		find(rows, heard, typed, ints).atMost(1./4, "of its time with usdt count attached",
			find(rows, tallied, typed, ints)),
		find(rows, heard, typed, text).atMost(2, "times the time of 2 integers",
			find(rows, heard, typed, ints)),
		find(rows, heard, typedByTwo, ints).atMost(1/1.8, "of one goroutine's time",
			find(rows, heard, typed, ints)),
	}
}

// idle expects a path that nobody traces to cost at most 1 ns.
func idle(rows []row, name, args string) expectation {
	e := expectation{promise: label(name, args) + " within 1 ns of the empty loop"}
	r, loop := find(rows, disabled, name, args), find(rows, disabled, empty, noArgs)
	if r.ns == 0 || loop.ns == 0 {
		return e.unknown()
	}
	e.finding = fmt.Sprintf("%+.2f ns", r.ns-loop.ns)
	e.ok = r.ns-loop.ns <= 1
	return e
}

// noAllocations expects only the plain wrapper to allocate, and Go's trace, whose texts are made.
func noAllocations(rows []row) expectation {
	e := expectation{promise: "no allocation but by the plain wrapper and runtime/trace.Log",
		finding: "none", ok: true}
	for _, r := range rows {
		if r.name != plainGo && r.name != logGo && r.allocs > 0 {
			e.finding = fmt.Sprintf("%d by %s", r.allocs, r)
			e.ok = false
		}
	}
	return e
}

// atMost expects r to take at most a part of another row's time. The words say whose.
func (r row) atMost(part float64, words string, other row) expectation {
	e := expectation{promise: fmt.Sprintf("%s takes at most %.3g %s", r, part, words)}
	if r.ns == 0 || other.ns == 0 {
		return e.unknown()
	}
	e.finding = fmt.Sprintf("%.2f", r.ns/other.ns)
	e.ok = r.ns <= part*other.ns
	return e
}

// within expects r to take at most so many nanoseconds.
func (r row) within(ns float64) expectation {
	e := expectation{promise: fmt.Sprintf("%s takes at most %g ns", r, ns)}
	if r.ns == 0 {
		return e.unknown()
	}
	e.finding = fmt.Sprintf("%.1f ns", r.ns)
	e.ok = r.ns <= ns
	return e
}

func (e expectation) unknown() expectation {
	e.finding = "not measured"
	return e
}

func label(name, args string) string {
	if args == noArgs {
		return name
	}
	return name + " (" + args + ")"
}

func (r row) String() string { return label(r.name, r.args) + ", " + string(r.state) }
