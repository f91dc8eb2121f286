//go:build linux && (amd64 || arm64)

package storm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/test/storm/series"
)

// Whose a quantity is.
const (
	ofProgram = "program"
	ofTracer  = "tracer (this test, with the engine)"
	ofMachine = "machine"
)

// Names of quantities. Memory is in MiB.
const (
	rss         = "resident memory"
	pss         = "proportional share of it"
	heap        = "heap in use"
	mappings    = "mappings"
	descriptors = "descriptors"
	threads     = "threads"
	goroutines  = "goroutines"

	bpfPrograms  = "BPF programs"
	bpfMaps      = "BPF maps"
	bpfLinks     = "BPF links"
	uprobeEvents = "uprobe events in tracefs"
	shared       = "memory of memfds and tmpfs"
	kernelMemory = "kernel memory (SUnreclaim)"
	perCPU       = "kernel memory (Percpu)"
)

// A quantity is what is sampled, and by how much its floor may rise.
type quantity struct {
	of, name, unit string
	slack          float64
}

// What is the library's and the engine's may not rise. The runtime's threads and its memory settle
// slowly, and the machine is other people's, too.
var quantities = []quantity{
	{ofProgram, rss, "MiB", 1},
	{ofProgram, pss, "MiB", 1},
	{ofProgram, heap, "MiB", 0.06},
	{ofProgram, mappings, "", 8},
	{ofProgram, descriptors, "", 0},
	{ofProgram, threads, "", 4},
	{ofProgram, goroutines, "", 0},
	{ofTracer, rss, "MiB", 2},
	{ofTracer, heap, "MiB", 0.12},
	{ofTracer, mappings, "", 8},
	{ofTracer, descriptors, "", 0},
	{ofTracer, threads, "", 4},
	{ofTracer, goroutines, "", 0},
	{ofMachine, bpfPrograms, "", 0},
	{ofMachine, bpfMaps, "", 0},
	{ofMachine, bpfLinks, "", 0},
	{ofMachine, uprobeEvents, "", 0},
	{ofMachine, shared, "MiB", 16},
	{ofMachine, kernelMemory, "MiB", 32},
	{ofMachine, perCPU, "MiB", 4},
}

// sampled has all samples, in the order of the quantities.
type sampled struct{ all []*series.Series }

func newSampled() sampled {
	var s sampled
	for _, q := range quantities {
		s.all = append(s.all, &series.Series{Name: q.name, Of: q.of, Unit: q.unit, Slack: q.slack})
	}
	return s
}

// add adds a sample to the lines with a name.
func (s *sampled) add(of, line string, values sample) {
	for _, one := range s.all {
		if one.Of == of {
			one.Add(line, values[one.Name])
		}
	}
}

// flat returns an error if something has risen.
func (s *sampled) flat() error {
	var errs []error
	for _, one := range s.all {
		errs = append(errs, one.Flat())
	}
	return errors.Join(errs...)
}

func (s *sampled) table() string { return series.Table(s.all) }

// csv returns all values, a line of text for each line of a series.
func (s *sampled) csv() string {
	var b strings.Builder
	for _, one := range s.all {
		for _, l := range one.Lines {
			fmt.Fprintf(&b, "%s,%s,%s", one.Of, one.Name, l.Name)
			for _, v := range l.Values {
				fmt.Fprintf(&b, ",%g", v)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
