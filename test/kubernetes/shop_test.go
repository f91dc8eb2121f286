package kubernetes_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

// A pod is one of the example's.
type pod struct{ namespace, name, address string }

// shops returns the pods that are ready, without those that are about to end.
func shops(t *testing.T, namespace string) (pods []pod) {
	t.Helper()
	const each = `{range .items[*]}{.metadata.name} {.status.podIP} {.metadata.deletionTimestamp}` +
		`{"\n"}{end}`
	text := kubectl(t, "-n", namespace, "get", "pods", "-l", "app.kubernetes.io/name=shop",
		"-o", "jsonpath="+each)
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 {
			pods = append(pods, pod{namespace, f[0], f[1]})
		}
	}
	if len(pods) == 0 {
		t.Fatalf("no pods in %s: %q", namespace, text)
	}
	return pods
}

// order has a customer order a cup.
func (p pod) order(customer string) error {
	query := url.Values{"customer": {customer}, "article": {"cup"}}.Encode()
	response, err := http.Post("http://"+p.address+":8080/orders?"+query, "", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return errors.New(response.Status)
	}
	return nil
}

// orders has several customers order.
func (p pod) orders(t *testing.T, n int, customer string) {
	t.Helper()
	for range n {
		if err := p.order(customer); err != nil {
			t.Fatal(err)
		}
	}
}

// ordered is what the program itself prints of an order.
var ordered = regexp.MustCompile(`(?m)^order \d+ of (.*): -?\d+$`)

// told returns how many orders of a customer the pod itself has told of.
func (p pod) told(t *testing.T, customer string) (n int) {
	t.Helper()
	log := kubectl(t, "-n", p.namespace, "logs", p.name)
	for _, m := range ordered.FindAllStringSubmatch(log, -1) {
		if m[1] == customer {
			n++
		}
	}
	return n
}

// series is how the exporter counts these orders.
func (p pod) series(customer string) string {
	return fmt.Sprintf(`shop_orders_total{customer=%q,pod="%s/%s"}`, customer, p.namespace, p.name)
}

// eventually fails the test if something does not succeed.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	if err := cluster.Eventually(what, try); err != nil {
		t.Fatalf("%v\n%s", err, cluster.Describe("usdt"))
	}
}
