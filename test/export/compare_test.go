//go:build linux && (amd64 || arm64)

package export

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// compare waits until both servers answer the numbers of the ledgers, and still do so after a
// further scrape.
func (w *world) compare(t *testing.T) {
	t.Helper()
	for name, p := range w.servers {
		eventually(t, func() string { return w.wrong(t, name, p) })
		scraped := lastScrape(t, p)
		eventually(t, func() string {
			if lastScrape(t, p) <= scraped {
				return name + " does not scrape any more"
			}
			return ""
		})
		if wrong := w.wrong(t, name, p); wrong != "" {
			t.Fatal("after a further scrape: " + wrong)
		}
	}
}

func lastScrape(t *testing.T, p *prometheus) float64 {
	t.Helper()
	at, _ := p.value(t, `timestamp(up{job="usdt"})`)
	return at
}

// wrong returns what a server answers wrongly.
func (w *world) wrong(t *testing.T, name string, p *prometheus) string {
	t.Helper()
	for customer, a := range w.now {
		for query, want := range a.numbers(name, customer) {
			if got, ok := p.value(t, query); !ok || got != want {
				return fmt.Sprintf("%s: %s is %v (%t), want %v", name, query, got, ok, want)
			}
		}
		if name != native {
			continue
		}
		for _, metric := range []string{"e2e_size_native", "e2e_size_both"} {
			if wrong := nativeWrong(t, p, selector(metric, customer), a.sizes); wrong != "" {
				return wrong
			}
		}
	}
	others := 0
	for _, a := range w.now {
		others += a.orders
	}
	const few = `e2e_few_total{customer="other"}`
	if got, _ := p.value(t, few); got != float64(others) {
		return fmt.Sprintf("%s: %s is %v, want %d", name, few, got, others)
	}
	if wrong := w.exemplarWrong(t, name, p); wrong != "" {
		return wrong
	}
	return w.everWrong(t, name, p)
}

// everWrong adds up what came before and after the restarts.
func (w *world) everWrong(t *testing.T, name string, p *prometheus) string {
	t.Helper()
	for customer, a := range w.ever {
		for metric, want := range map[string]float64{
			"e2e_orders_total":        float64(a.orders),
			"e2e_revenue_cents_total": a.cents,
		} {
			if got := p.ever(t, selector(metric, customer)); got != want {
				return fmt.Sprintf("%s: all of %s of %s is %v, want %v", name, metric, customer, got, want)
			}
		}
	}
	return ""
}

func selector(metric, customer string, more ...string) string {
	return fmt.Sprintf("%s{customer=%q%s}", metric, customer, strings.Join(more, ""))
}

// numbers returns what the queries of a customer must answer.
func (a *account) numbers(server, customer string) map[string]float64 {
	numbers := map[string]float64{
		selector("e2e_orders_total", customer): float64(a.orders),
		selector("e2e_large_orders_total", customer,
			`,process="traced",job="usdt",instance="node"`): float64(len(a.sizes)) - a.below(64),
		selector("e2e_revenue_cents_total", customer):               a.cents,
		selector("e2e_stock", customer):                             a.left,
		selector("e2e_size_classic_count", customer):                float64(len(a.sizes)),
		selector("e2e_size_classic_sum", customer):                  a.sum(),
		`sum(up{job="usdt"})`:                                       1,
		selector("e2e_size_classic_bucket", customer, `,le="+Inf"`): a.below(math.Inf(1)),
	}
	metrics := []string{"e2e_size_classic"}
	if server == plain { // which takes no native buckets, and so the others
		metrics = append(metrics, "e2e_size_both")
		numbers[selector("e2e_job_duration_seconds_count", customer)] = float64(a.jobs)
		numbers[selector("e2e_size_native_count", customer)] = float64(len(a.sizes))
		numbers[selector("e2e_size_native_sum", customer)] = a.sum()
	} else {
		q := "histogram_count(" + selector("e2e_job_duration_seconds", customer) + ")"
		numbers[q] = float64(a.jobs)
	}
	for _, metric := range metrics {
		for _, bound := range bounds {
			le := fmt.Sprintf(`,le="%.1f"`, bound)
			numbers[selector(metric+"_bucket", customer, le)] = a.below(bound)
		}
	}
	return numbers
}

// below returns how many sizes are at most bound.
func (a *account) below(bound float64) (n float64) {
	for _, size := range a.sizes {
		if size <= bound {
			n++
		}
	}
	return n
}

func (a *account) sum() (sum float64) {
	for _, size := range a.sizes {
		sum += size
	}
	return sum
}

// nativeWrong returns what is wrong with a native histogram.
func nativeWrong(t *testing.T, p *prometheus, query string, values []float64) string {
	t.Helper()
	all := p.query(t, query)
	if len(all) != 1 || all[0].Histogram == nil {
		return fmt.Sprintf("%s: want one native histogram, got %v", query, all)
	}
	if wrong := all[0].Histogram.compare(t, values); wrong != "" {
		return query + ": " + wrong
	}
	return ""
}
