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
	fmt.Fprintln(w, "build\ttime\tfires\tverified\tlost\tunread\tloads\tproviders\tchildren\tthreads\tpanics"+
		"\tsignals\ttracers\tfailures\t")
	for _, r := range t.runs {
		p := r.report
		fmt.Fprintf(w, "%s\t%v\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", r.build.name, r.lasted.Round(time.Second),
			p.Fires, r.verified, r.lost, r.unread, p.Loads, p.Providers, p.Children, p.Threads+p.Foreign, p.Panics,
			p.Signals, r.tracers(), len(r.failures))
	}
	w.Flush()
	return b.String()
}

// tracers returns how often a tracer was attached.
func (r *run) tracers() int {
	n := 0
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
