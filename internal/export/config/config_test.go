package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// whole has each key at least once.
const whole = `
listen: 127.0.0.1:9844
pprof: true
otlp: {metrics: true, traces: true, logs: true, interval: 10s}
max_series: 100
types: /etc/usdt/shop.d
metrics:
- name: shop_orders
  help: Orders that customers have placed.
  type: counter
  probes: [shop:order_start]
  from: {comm: shop, user: [shop, "33"], children: true}
  where: cents > 100
  labels: {customer: customer, second: 1, pod: $pod, container: $container, process: $process}
- probes: shop:order_end
  type: histogram
  value: took
  unit: us
  buckets: [native, 0.001, 1, 2e1]
  max_series: 7
- pair: shop:order
  key: id
spans:
- start: shop:order_start
  end: shop:order_end
  slower: 10ms
  attributes: [customer, 1]
  traceparent: parent
logs:
- probes: [shop:login_failed]
  severity: WARN
  body: "login of %[user]s failed"
  attributes: [user]
`

func TestParse(t *testing.T) {
	got, err := Parse("export.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	got.Metrics[0].Expr = nil
	want := &Config{
		Listen: "127.0.0.1:9844", Pprof: true, OTLP: OTLP{true, true, true, 10 * time.Second},
		MaxSeries: 100, Types: []string{"/etc/usdt/shop.d"},
		Metrics: []Metric{
			{
				Source: Source{
					Line: 8, Where: "cents > 100",
					From: From{Comms: []string{"shop"}, Users: []string{"shop", "33"}, Children: true},
				},
				Name: "shop_orders", Help: "Orders that customers have placed.", Type: Counter,
				Probes: []string{"shop:order_start"}, MaxSeries: 100,
				Labels: []Label{
					{"customer", "customer"}, {"second", "1"}, {"pod", OfPod},
					{"container", OfContainer}, {"process", OfProcess},
				},
			},
			{
				Source: Source{Line: 15}, Type: Histogram, Probes: []string{"shop:order_end"},
				Value: "took", Unit: "us", MaxSeries: 7,
				Buckets: Buckets{Native: true, Bounds: []float64{0.001, 1, 20}},
			},
			{
				Source: Source{Line: 21}, Type: Histogram, MaxSeries: 100,
				Pair: Pair{Base: "shop:order", Key: "id"},
			},
		},
		Spans: []Span{{
			Source: Source{Line: 24}, Name: "shop:order_start", Slower: 10 * time.Millisecond,
			Pair:       Pair{Start: "shop:order_start", End: "shop:order_end"},
			Attributes: []string{"customer", "1"}, Traceparent: "parent",
		}},
		Logs: []Log{{
			Source: Source{Line: 30}, Name: "shop:login_failed",
			Probes: []string{"shop:login_failed"}, Severity: "WARN",
			Body: "login of %[user]s failed", Attributes: []string{"user"},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestBaseName(t *testing.T) {
	for want, m := range map[string]Metric{
		"orders":                         {Name: "orders_total"},
		"shop_order_start":               {Probes: []string{"shop:order_start"}},
		"shop_order_end_took":            {Probes: []string{"shop:order__end"}, Value: "took"},
		"shop_order_duration":            {Pair: Pair{Base: "shop:order"}},
		"shop_a_to_b_duration":           {Pair: Pair{Start: "shop:a", End: "shop:b"}},
		"":                               {Probes: []string{"shop:*"}},
		"com_example_shop_order_start_0": {Probes: []string{"com.example.shop:order-start"}, Value: "0"},
	} {
		if got := m.BaseName(); got != want {
			t.Errorf("%+v: got %q, want %q", m, got, want)
		}
	}
}

// TestErrors parses files with one thing wrong each: the error names the line.
func TestErrors(t *testing.T) {
	const metric = "metrics:\n- probes: [shop:a]\n  name: x\n"
	for _, test := range []struct{ text, want string }{
		{"", "f: the configuration is empty"},
		{"- a", "f:1: the configuration: want a mapping, KEY: VALUE, not a list"},
		{"metrics: [", "f: line 1: did not find expected node content"},
		{metric + "metrics: []",
			`f:4: the configuration: "metrics" is there twice, first in line 1`},
		{metric + "---\na: 1", "a second document begins here"},
		{metric + "pproff: true",
			`f:4: the configuration has no key "pproff"; it has listen, `},
		{metric + "pprof: 1", "f:4: pprof: want true or false, not 1"},
		{metric + "listen: 9844", `f:4: listen: want an address HOST:PORT, or "", not 9844`},
		{metric + "listen: localhost", `f:4: listen: "localhost" is no address`},
		{metric + `listen: ""`, "f:1: metrics go nowhere"},
		{metric + "max_series: 0", "f:4: max_series: want an integer from 1 to 100000, not 0"},
		{metric + "otlp: {interval: -1s}",
			`f:4: otlp: interval: want a time, such as 10s, not "-1s"`},
		{metric + "  type: meter",
			`f:4: type: want counter, sum, gauge or histogram, not "meter"`},
		{metric + "  type: sum", "f:2: a metric: which argument? a sum needs value: NAME"},
		{metric + "  value: a", "f:2: a metric: a counter counts hits"},
		{metric + "  pair: shop:a", "f:2: a metric: use either probes or a pair, not both"},
		{metric + "  labels: {le: a}", "f:4: labels: le has another meaning in Prometheus"},
		{metric + "  labels: {a: $foo}", "f:4: labels: there is no $foo; there are $pid"},
		{metric + "  labels: {9: b}", "f:4: labels: a key is a word, not 9"},
		{metric + "  labels: {__a: b}", `f:4: labels: "__a" is no name of a label`},
		{metric + "  labels: {a: -1}", `f:4: labels: a: "-1" is no name of an argument`},
		{metric + "  where: a >", "f:4: where: "},
		{metric + "  from: {comm: [1]}", "f:4: from: comm: want text, not 1"},
		{metric + "  from: {pid: 1, comm: a}",
			"f:4: from: use either pid or the others, not both"},
		{metric + "  from: {children: true}", "f:4: from: children of which processes?"},
		{metric + "  from: {exe: shop}", `f:4: from: exe: "shop" is no absolute path`},
		{metric + "  buckets: native", "f:2: a metric: buckets are for type: histogram"},
		{metric + "  buckets: [2, 1]",
			"f:4: buckets: each bound must be above the one before it"},
		{metric + "  unit: hours",
			`f:4: unit: want ns, us, ms, s, B, KiB, MiB, GiB or TiB, not "hours"`},
		{metric + "- probes: [shop:b]\n  name: x_total",
			"f:4: another metric, in line 2, is called x, too"},
		{"metrics:\n- probes: [shop]", `f:2: probes: "shop" is not PROVIDER:PROBE`},
		{"metrics:\n- probes: ['shop:[']", `f:2: probes: "shop:[" is a bad pattern`},
		{"metrics:\n- probes: ['shop:*']", "f:2: a metric: what is it called?"},
		{"metrics:\n- name: usdt_export_a\n  probes: [a:b]",
			"f:2: a metric: names that begin with usdt_export_ are those of the exporter itself; set name"},
		{"metrics:\n- name: go_orders\n  probes: [a:b]", "f:2: a metric: names that begin with go_ are"},
		{"metrics:\n- probes: [go:gc_start]", "f:2: a metric: names that begin with go_ are"},
		{"metrics:\n- name: process\n  probes: [a:b]", "f:2: a metric: names that begin with process_"},
		{"metrics:\n- pair: promhttp:a", "f:2: a metric: names that begin with promhttp_ are"},
		{"metrics:\n- name: scrape_a\n  probes: [a:b]", "f:2: a metric: names that begin with scrape_"},
		{"metrics:\n- name: _total\n  probes: [a:b]", `f:2: a metric: "_total" is no name; these`},
		{"metrics:\n- name: a:b\n  probes: [a:b]", `f:2: a metric: "a:b" is no name`},
		{"metrics:\n- name: a", "f:2: a metric: which probes?"},
		{"metrics:\n- start: a:b", "f:2: a metric: start and end belong together"},
		{"metrics:\n- pair: 'a:*'",
			`f:2: pair: "a:*" is not PROVIDER:BASE, without wildcards`},
		{"metrics: {}", "f:1: metrics: want a list, not a mapping"},
		{"a: &a [1]\nmetrics: *a", "f:2: metrics: want a list, not an alias; write it out"},
		{"spans:\n- pair: a:b", "f:2: spans go nowhere: set otlp: {traces: true}"},
		{"logs:\n- probes: a:b", "f:2: log records go nowhere"},
		{"otlp: {traces: true}\nspans:\n- key: a", "f:3: a span: which pair?"},
		{"otlp: {logs: true}\nlogs:\n- severity: LOUD", "f:3: severity: want TRACE, DEBUG"},
		{"otlp: {logs: true}\nlogs:\n- probes: a:b\n  body: '%q'", "f:4: body: "},
	} {
		_, err := Parse("f", []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.text, err, test.want)
		}
	}
}

// TestAllErrors: one reading tells of each.
func TestAllErrors(t *testing.T) {
	_, err := Parse("f", []byte("a: 1\nb: 2\nmetrics:\n- c: 3\n- probes: x\n"))
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Error(err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		large:                      "is larger than such a file can be, 1024 KiB",
		dir:                        "is not a regular file",
		filepath.Join(dir, "none"): "no such file",
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

// FuzzParse: whatever the text is, there is a configuration with something in it, or an error.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &a [*a, *a]\nmetrics: [*a]"))
	f.Add([]byte("metrics:\n- {probes: ['a:b'], labels: {a: 0}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("f", text)
		switch {
		case err != nil && (c != nil || len(err.Error()) > mostErrors*4096):
			t.Errorf("%v, %d bytes of error", c, len(err.Error()))
		case err == nil && len(c.Metrics)+len(c.Spans)+len(c.Logs) == 0:
			t.Error("nothing is configured")
		}
		if err != nil {
			return
		}
		for _, m := range c.Metrics {
			if !metricName.MatchString(m.BaseName()) || m.Type == "" || m.MaxSeries < 1 {
				t.Errorf("%+v is called %q", m, m.BaseName())
			}
		}
	})
}
