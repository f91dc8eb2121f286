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
		entersFast(rows),
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

// noAllocations expects only the plain wrapper to allocate.
func noAllocations(rows []row) expectation {
	e := expectation{promise: "no allocation but by the plain wrapper", finding: "none", ok: true}
	for _, r := range rows {
		if r.name != plainGo && r.allocs > 0 {
			e.finding = fmt.Sprintf("%d by %s, %s", r.allocs, label(r.name, r.args), r.state)
			e.ok = false
		}
	}
	return e
}

// entersFast expects to enter a site at least 5 times as fast as a plain wrapper.
func entersFast(rows []row) expectation {
	e := expectation{promise: "typed Fire (2 integers), site entered, " +
		"takes at most 1/5 of the plain wrapper's time"}
	r, wrapper := find(rows, entered, typed, ints), find(rows, entered, plainGo, ints)
	if r.ns == 0 || wrapper.ns == 0 {
		return e.unknown()
	}
	e.finding = fmt.Sprintf("1/%.1f", wrapper.ns/r.ns)
	e.ok = 5*r.ns <= wrapper.ns
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
