//go:build linux && (amd64 || arm64)

// Load measures what usdt export costs on a node: many processes fire probes at a steady rate, and
// the full program makes metrics of these, which are scraped each second. It prints a table, first
// for a load, then with each of its numbers doubled. It needs root, and takes some minutes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// A load is what runs on the node. There are 20 metrics: a counter and a histogram for each tenth
// of the probes, so each fire is counted twice.
type load struct {
	name      string
	processes int
	probes    int // of each process
	rate      int // fires a second of all processes
	series    int // of each metric
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == fireCommand {
		exit(fire(os.Args[2:]))
	}
	duration := flag.Duration("for", 20*time.Second, "for how long each load is measured")
	flag.Parse()
	exit(measureAll(*duration))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// loads returns a load, and that with each number doubled.
func loads() []load {
	base := load{"base", 100, 10, 100_000, 50}
	processes, probes, rate, series := base, base, base, base
	processes.name, processes.processes = "twice the processes", 2*base.processes
	probes.name, probes.probes = "twice the probes", 2*base.probes
	rate.name, rate.rate = "twice the fires", 2*base.rate
	series.name, series.series = "twice the series", 2*base.series
	return []load{base, processes, probes, rate, series}
}

func measureAll(duration time.Duration) error {
	dir, err := os.MkdirTemp("", "usdt-load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	usdt := filepath.Join(dir, "usdt")
	if err := testbuild.In("export", usdt, []string{"CGO_ENABLED=0"}, "build",
		"-tags", "grpcnotrace", "-ldflags", "-s -w", "./usdt"); err != nil {
		return err
	}
	average, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	fmt.Printf("Load averages before: %s. Each row is of %v.\n\n",
		strings.Join(strings.Fields(string(average))[:3], ", "), duration)
	printHeader(os.Stdout)
	for _, l := range loads() {
		r, err := measure(l, usdt, filepath.Join(dir, "export.yaml"), duration)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		r.print(os.Stdout)
	}
	return nil
}
