//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A table shows what happened in the runs.
type table struct{ runs []*run }

func (t *table) add(r *run) { t.runs = append(t.runs, r) }

func (t *table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "build\ttime\tfires\tverified\tlost\tunread\tloads\tproviders\t"+
		"children\tthreads\tpanics\tsignals\ttracers\tfailures\t")
	for _, r := range t.runs {
		fmt.Fprintf(w, "%s\t%v\t", r.build.name, r.lasted.Round(time.Second))
		p := r.report
		for _, n := range []uint64{p.Fires, r.verified, r.lost, r.unread, p.Loads, p.Providers,
			p.Children, p.Threads + p.Foreign, p.Panics, p.Signals, r.tracers(),
			uint64(len(r.failures))} {
			fmt.Fprintf(w, "%d\t", n)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return b.String()
}

// tracers returns how often a tracer was attached.
func (r *run) tracers() uint64 {
	var n uint64
	for _, v := range r.visits {
		n += v
	}
	return n
}

// visited says which tracers were attached how often.
func (r *run) visited() string {
	var each []string
	for _, name := range slices.Sorted(maps.Keys(r.visits)) {
		each = append(each, fmt.Sprintf("%s %d", name, r.visits[name]))
	}
	return strings.Join(each, "; ")
}
