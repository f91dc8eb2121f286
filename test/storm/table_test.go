//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// A table shows what happened in the runs.
type table struct{ runs []*run }

func (t *table) add(r *run) { t.runs = append(t.runs, r) }

// rows returns the table with the names of its columns.
func (t *table) rows() [][]string {
	rows := [][]string{{"build", "time", "fires", "verified", "heard", "lost", "unread", "loads",
		"providers", "children", "threads", "panics", "signals", "tracers", "failures"}}
	for _, r := range t.runs {
		if r.lasted == 0 {
			continue // this kernel does not trace it, or it has failed
		}
		row := []string{r.build.name, r.lasted.Round(time.Second).String()}
		p := r.report
		for _, n := range []uint64{p.Fires, r.verified, p.Heard, r.lost, r.unread, p.Loads, p.Providers,
			p.Children, p.Threads + p.Foreign, p.Panics, p.Signals, r.tracers(),
			uint64(len(r.failures))} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		rows = append(rows, row)
	}
	return rows
}

func (t *table) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range t.rows() {
		fmt.Fprintln(w, strings.Join(row, "\t")+"\t")
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
