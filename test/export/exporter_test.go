//go:build linux && (amd64 || arm64)

package export

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
)

// bounds are those of classic buckets.
var bounds = []float64{16, 64, 256}

// configuration has a metric of each type. All have the label customer, by which the test tells
// what it fires before it counts from what it counts.
const configuration = `
listen: 127.0.0.1:0
metrics:
- name: e2e_orders
  help: Orders that have come.
  probes: [shop:order]
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_few # all but the first customer are others
  probes: [shop:order]
  max_series: 1
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_large_orders
  probes: [shop:order]
  where: size > 64
  from: {exe: %[1]s}
  labels: {customer: customer, process: $process}
- name: e2e_revenue_cents
  type: sum
  probes: [shop:order]
  value: cents
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_size_classic
  type: histogram
  probes: [shop:order]
  value: size
  buckets: [16, 64, 256]
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_size_native
  type: histogram
  probes: [shop:order]
  value: size
  buckets: native
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_size_both
  type: histogram
  probes: [shop:order]
  value: size
  buckets: [native, 16, 64, 256]
  from: {exe: %[1]s}
  labels: {customer: customer}
- name: e2e_stock
  type: gauge
  probes: [shop:stock]
  value: left
  from: {exe: %[1]s}
  labels: {customer: customer}
- pair: shop:job
  name: e2e_job_duration
  key: id
  traceparent: parent
  from: {exe: %[1]s}
  labels: {customer: customer}
`

// counts are the series of one customer that grow with each hit, one of each metric.
var counts = []string{"e2e_orders_total", "e2e_few_total", "e2e_large_orders_total",
	"e2e_revenue_cents_total", "e2e_size_classic_count", "e2e_size_native_count",
	"e2e_size_both_count", "e2e_stock", "e2e_job_duration_seconds_count"}

// An exporter is the full program with the configuration.
type exporter struct {
	daemon
	address string
}

func startExporter(t *testing.T) exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "export.yaml")
	write(t, file, fmt.Sprintf(configuration, built.traced))
	e := exporter{daemon: startDaemon(t, built.usdt, "export", "--config", file)}
	e.address = e.waitFor(t, `http://([^/\s]+)/metrics`)
	eventually(t, func() string {
		if status, body := e.get(t, "/-/ready"); status != http.StatusOK {
			return "the exporter is not ready: " + body
		}
		return ""
	})
	return e
}

func (e exporter) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	w, err := http.Get("http://" + e.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	content, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(content)
}

// warm is the customer of the fires by which the test finds out whether a service is traced.
const warm = "warm"

// reach fires until all metrics have counted a fire of this service.
func (e exporter) reach(t *testing.T, s shop) {
	t.Helper()
	before := e.ofWarm(t)
	id := int64(0)
	eventually(t, func() string {
		id++
		s.order(t, 1, warm, 1, 100)
		s.job(t, uint64(id), warm)
		s.stock(t, warm, before["e2e_stock"]+id)
		now := e.ofWarm(t)
		for _, name := range counts {
			if now[name] <= before[name] {
				return fmt.Sprintf("%s does not grow: %v, %v", name, before, now)
			}
		}
		return ""
	})
}

// ofWarm returns the numbers of that customer.
func (e exporter) ofWarm(t *testing.T) map[string]int64 {
	t.Helper()
	_, body := e.get(t, "/metrics")
	numbers := make(map[string]int64)
	line := regexp.MustCompile(`(?m)^(e2e_\w+)\{customer="` + warm + `"[^}]*\} (\S+)$`)
	for _, m := range line.FindAllStringSubmatch(body, -1) {
		numbers[m[1]] = int64(number(t, m[2]))
	}
	return numbers
}
