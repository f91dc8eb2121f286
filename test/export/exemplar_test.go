//go:build linux && (amd64 || arm64)

package export

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"
)

// An exemplar is one that Prometheus has kept.
type exemplar struct {
	Labels map[string]string
	Value  string
}

// exemplars asks for those of all series of a query, from the last hour.
func (p *prometheus) exemplars(t *testing.T, query string) (all []exemplar) {
	t.Helper()
	var data []struct{ Exemplars []exemplar }
	now := time.Now()
	at := func(d time.Duration) []string { return []string{strconv.FormatInt(now.Add(d).Unix(), 10)} }
	p.ask(t, "query_exemplars", url.Values{
		"query": {query}, "start": at(-time.Hour), "end": at(time.Minute),
	}, &data)
	for _, s := range data {
		all = append(all, s.Exemplars...)
	}
	return all
}

// exemplarWrong returns what is wrong with the exemplars of a customer's jobs: the last job must
// have one, and all must be of jobs.
func (w *world) exemplarWrong(t *testing.T, name string, p *prometheus) string {
	t.Helper()
	metric := map[string]string{
		plain: "e2e_job_duration_seconds_bucket", native: "e2e_job_duration_seconds",
	}[name]
	for customer, a := range w.ever {
		last, isThere := a.traces[len(a.traces)-1], false
		for _, e := range p.exemplars(t, selector(metric, customer)) {
			trace := e.Labels["trace_id"]
			isThere = isThere || trace == last
			if !slices.Contains(a.traces, trace) || e.Labels["span_id"] != someSpan ||
				number(t, e.Value) <= 0 {
				return fmt.Sprintf("%s: %v is an exemplar of %s", name, e, customer)
			}
		}
		if !isThere {
			return fmt.Sprintf("%s: trace %s of %s is in no exemplar", name, last, customer)
		}
	}
	return ""
}
