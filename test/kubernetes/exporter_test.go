package kubernetes_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

// testPrometheus: Debian's Prometheus scrapes the exporter at the address that the Service has, and
// answers how many orders each pod has had, as the pods themselves tell it. The service is rolled
// meanwhile.
func testPrometheus(t *testing.T) {
	startPrometheus(t)
	counted := make(map[string]int) // by series
	count := func(pods []pod) {
		for i, p := range pods {
			p.orders(t, 3+i, "Ada")
			p.orders(t, 2, "Zoë")
			for _, customer := range []string{"Ada", "Zoë"} {
				n := p.told(t, customer)
				if n == 0 {
					t.Fatalf("%s tells of no order of %s", p.name, customer)
				}
				counted[p.series(customer)] = n
			}
		}
	}
	check := func() {
		for series, n := range counted {
			eventually(t, series, func() error { return answers(series, n) })
		}
	}
	before := shops(t, "shop")
	if len(before) != 2 {
		t.Fatalf("pods: %v", before)
	}
	count(before)
	check()

	kubectl(t, "-n", "shop", "rollout", "restart", "deployment/shop")
	rollOut(t, "shop", "deployment/shop")
	after := shops(t, "shop")
	for _, old := range before {
		for _, p := range after {
			if p.name == old.name {
				t.Fatalf("%s has not been rolled", p.name)
			}
		}
	}
	count(after)
	check() // those of the pods that are gone, too
	total := 0
	for _, n := range counted {
		total += n
	}
	eventually(t, "all orders", func() error { return answers("sum(shop_orders_total)", total) })
	eventually(t, "latencies", func() error {
		return answers(`sum(http_server_request_duration_seconds_count{route="POST /orders"})`, total)
	})
}

func startPrometheus(t *testing.T) {
	t.Helper()
	const file = "/tmp/prometheus.yml"
	address := kubectl(t, "-n", "usdt", "get", "endpointslices", "-l",
		"kubernetes.io/service-name=usdt", "-o", "jsonpath={.items[*].endpoints[*].addresses[*]}")
	if err := os.WriteFile(file, fmt.Appendf(nil, prometheus, address), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := cluster.Run("/usr/bin/prometheus", "--config.file="+file,
		"--storage.tsdb.path=/tmp/prometheus", "--web.listen-address=127.0.0.1:9090")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Await(cluster.Healthy("http://127.0.0.1:9090/-/ready")); err != nil {
		t.Fatal(err)
	}
}

// prometheus is the configuration: what the Prometheus operator makes of the ServiceMonitor, but
// for the discovery, which Debian's Prometheus does not have.
const prometheus = `global: {scrape_interval: 1s}
scrape_configs:
- job_name: usdt
  honor_labels: true
  static_configs:
  - targets: ["%s:9844"]
`

// answers checks what Prometheus answers a query that has one number as its result.
func answers(query string, want int) error {
	response, err := http.Get("http://127.0.0.1:9090/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Data.Result) != 1 {
		return fmt.Errorf("%s: %d series", query, len(answer.Data.Result))
	}
	if got := answer.Data.Result[0].Value[1]; got != strconv.Itoa(want) {
		return fmt.Errorf("%s: %v, want %d", query, got, want)
	}
	return nil
}
