//go:build linux && cgo && (amd64 || arm64)

// Bench measures what a probe costs, in one run and one table: while no tracer is attached, while
// the site is entered although no tracer is attached, and while a counting perf event is
// attached. The probe is fired from Go through package stapsdt, from Go through cgo as a plain
// wrapper of libstapsdt does it, and from C. Then it measures what the program pays to hear its own
// probes, beside other ways to keep events. Below the table, the program says whether the promises
// of the project were kept.
//
// Attaching needs root, or CAP_PERFMON; the tracepoints need root and LTTng. Without, the rows are
// empty, and the reason is printed. A run takes two minutes.
package main

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

func main() {
	check := flag.Bool("check", false, "exit with status 1 when an expectation is missed")
	each := flag.Duration("time", 100*time.Millisecond, "how long each of a row's rounds takes")
	rounds := flag.Int("rounds", 5, "how often each row is measured; the fastest round counts")
	testing.Init() // for the flag below
	flag.Parse()
	if err := flag.Set("test.benchtime", each.String()); err != nil {
		fail(err)
	}
	rows, err := measureAll(*rounds)
	if err != nil {
		fail(err)
	}
	printTable(os.Stdout, rows)
	if !printExpectations(os.Stdout, rows) && *check {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(2)
}
