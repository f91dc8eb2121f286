//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// printTable prints the rows, with a header for each state, and why rows are missing.
func printTable(w io.Writer, rows []row) {
	fmt.Fprintf(w, "%s %s/%s, Linux %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		kernelRelease())
	fmt.Fprintf(w, "sites: stapsdt % x, libstapsdt % x\n", code(rows, typed), code(rows, plainGo))
	fmt.Fprintf(w, "ratio: how many times as long the plain wrapper takes\n")

	const columns = "%-36s %-19s %8s %10s %7s\n"
	for i, r := range rows {
		if i == 0 || r.state != rows[i-1].state {
			fmt.Fprintln(w)
			fmt.Fprintf(w, columns,
				strings.ToUpper(string(r.state)), "arguments", "ns/op", "allocs/op", "ratio")
		}
		ns, allocs := "-", "-"
		if r.err == nil {
			ns, allocs = fmt.Sprintf("%.2f", r.ns), fmt.Sprint(r.allocs)
		}
		fmt.Fprintf(w, columns, r.name, r.args, ns, allocs, ratio(rows, r))
	}
	fmt.Fprintln(w)
	for _, reason := range reasons(rows) {
		fmt.Fprintln(w, reason)
	}
}

// find returns the row of a path in a state. Its ns is 0 if there is none, or if it was not
// measured.
func find(rows []row, s state, name, args string) row {
	i := slices.IndexFunc(rows, func(r row) bool {
		return r.state == s && r.name == name && r.args == args && r.err == nil
	})
	if i < 0 {
		return row{path: path{name: name, args: args}, state: s}
	}
	return rows[i]
}

// ratio is the plain wrapper's time, with the same arguments in the same state, divided by r's.
func ratio(rows []row, r row) string {
	wrapper := find(rows, r.state, plainGo, r.args)
	if r.state == disabled {
		wrapper = find(rows, disabled, plainAsk, noArgs)
	}
	if r.name == empty || r.err != nil || wrapper.ns == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", wrapper.ns/r.ns)
}

// reasons says, once for each reason and state, why rows were not measured.
func reasons(rows []row) []string {
	var all []string
	for _, r := range rows {
		if r.err == nil {
			continue
		}
		if reason := fmt.Sprintf("not measured, %s: %v", r.state, r.err); !slices.Contains(all, reason) {
			all = append(all, reason)
		}
	}
	return all
}

// code returns the machine code at the sites of the path.
func code(rows []row, name string) []byte {
	i := slices.IndexFunc(rows, func(r row) bool { return r.name == name })
	return rows[i].code
}

func kernelRelease() string {
	release, err := kernel.Release()
	if err != nil {
		return err.Error()
	}
	return release
}
