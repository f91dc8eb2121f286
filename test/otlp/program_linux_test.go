//go:build amd64 || arm64

package otlp

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const configuration = `
listen: ""
otlp: {metrics: true, traces: true, logs: true, interval: 100ms}
metrics:
- name: otlp_orders
  probes: [shop:order]
  from: {exe: %[1]s}
  labels: {customer: customer, pid: $pid}
- name: otlp_size
  type: histogram
  probes: [shop:order]
  value: size
  buckets: native
  from: {exe: %[1]s}
  labels: {customer: customer}
spans:
- pair: shop:job
  key: id
  name: job
  from: {exe: %[1]s}
  attributes: [customer]
  traceparent: parent
logs:
- probes: [shop:order]
  from: {exe: %[1]s}
  severity: ERROR
  body: "order of %%[customer]s"
  attributes: [size]
`

// A service is a process with probes.
type service struct{ *testenv.Child }

func startService(t *testing.T, path string) service {
	t.Helper()
	s := service{testenv.Start(t, exec.Command(path, "shop", "order:customer=string,size=int64",
		"job_start:id=uint64,customer=string,parent=string", "job_end:id=uint64"))}
	s.Next(t) // the path of the image
	return s
}

// fire fires a probe n times.
func (s service) fire(t *testing.T, n int, probe string, arguments ...any) {
	t.Helper()
	array, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("repeat %d %s %s", n, probe, array)
	if answer := s.Ask(t, line); strings.HasPrefix(answer, "error") {
		t.Fatalf("%s: %s", line, answer)
	}
}

// work has the service do what a customer wants: n orders of sizes 3 and 100, and a job.
func (s service) work(t *testing.T, customer string, n int, job uint64) {
	t.Helper()
	s.fire(t, n, "order", customer, 3)
	s.fire(t, n, "order", customer, 100)
	s.fire(t, 1, "job_start", job, customer, "00-"+someTrace+"-"+someSpan+"-01")
	s.fire(t, 1, "job_end", job)
}

// build builds a program of another module.
func build(t *testing.T, path, module, program string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", path, "-tags", "grpcnotrace", program)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// TestProgram has the whole program send what a service fires, by both protocols.
func TestProgram(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	dir := t.TempDir()
	usdt, traced := filepath.Join(dir, "usdt"), filepath.Join(dir, "traced")
	build(t, usdt, "../../export", "./usdt")
	build(t, traced, "../..", "./internal/testing/traced")
	file := filepath.Join(dir, "export.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, configuration, traced), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			r.start(t)
			s := startService(t, traced)
			program := testenv.Start(t, exec.Command(usdt, "export", "--config", file))
			job := uint64(0)
			eventually(t, "everything is traced", func() bool {
				job++
				s.work(t, "warm", 1, job)
				return r.traces.SpanCount() > 0 && r.logs.LogRecordCount() > 0 &&
					r.orders("warm") > 0
			})
			const n = 200
			s.work(t, "Ada", n, 1<<40)
			eventually(t, "all orders are counted", func() bool { return r.orders("Ada") == 2*n })
			if err := program.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if _, err := program.Wait(); err != nil {
				t.Errorf("%v\n%s", err, program.Errors())
			}
			checkMetrics(t, r, s.PID(), n)
			checkEvents(t, r, s.PID(), n)
		})
	}
}

// orders returns how many orders of a customer the receiver knows of.
func (r *collector) orders(customer string) float64 {
	value := 0.0
	r.points("otlp_orders", func(m pmetric.Metric, resource pcommon.Map) {
		for _, p := range m.Sum().DataPoints().All() {
			if text(p.Attributes(), "customer") == customer {
				value = max(value, p.DoubleValue())
			}
		}
	})
	return value
}

// points calls f for each time that a metric has come.
func (r *collector) points(name string, f func(m pmetric.Metric, resource pcommon.Map)) {
	for _, md := range r.metrics.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Name() == name {
						f(m, rm.Resource().Attributes())
					}
				}
			}
		}
	}
}

// text returns an attribute as text.
func text(attributes pcommon.Map, key string) string {
	value, _ := attributes.Get(key)
	return value.AsString()
}

func checkMetrics(t *testing.T, r *collector, pid, n int) {
	t.Helper()
	if got := r.orders("Ada"); got != float64(2*n) {
		t.Errorf("%v orders, not %d", got, 2*n)
	}
	r.points("otlp_orders", func(_ pmetric.Metric, resource pcommon.Map) {
		if got := text(resource, "process.pid"); got != fmt.Sprint(pid) {
			t.Errorf("orders of process %q, not %d: %v", got, pid, resource.AsRaw())
		}
	})
	var count uint64
	var sum float64
	r.points("otlp_size", func(m pmetric.Metric, _ pcommon.Map) {
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			if text(p.Attributes(), "customer") == "Ada" {
				count, sum = p.Count(), p.Sum()
			}
		}
	})
	if count != uint64(2*n) || sum != float64(103*n) {
		t.Errorf("%d sizes that add up to %v", count, sum)
	}
}

func checkEvents(t *testing.T, r *collector, pid, n int) {
	t.Helper()
	process := fmt.Sprintf("process.pid:%d", pid)
	found := recordsWith(r.logs.AllLogs(), process, "order of Ada Error")
	if want := map[string]int{"3": n, "100": n}; !maps.Equal(found, want) {
		t.Errorf("records by size: %v, not %v", found, want)
	}
	spans := 0
	for _, td := range r.traces.AllTraces() {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					if text(s.Attributes(), "customer") != "Ada" {
						continue
					}
					spans++
					if s.Name() != "job" || s.TraceID().String() != someTrace ||
						s.ParentSpanID().String() != someSpan ||
						s.EndTimestamp() <= s.StartTimestamp() ||
						text(rs.Resource().Attributes(), "process.pid") != fmt.Sprint(pid) {
						t.Errorf("%s of %v: trace %v, parent %v, from %v to %v", s.Name(),
							rs.Resource().Attributes().AsRaw(), s.TraceID(), s.ParentSpanID(),
							s.StartTimestamp(), s.EndTimestamp())
					}
				}
			}
		}
	}
	if spans != 1 {
		t.Errorf("%d spans of Ada", spans)
	}
}

// recordsWith returns how many records of a resource have a body and a severity, by their size.
func recordsWith(all []plog.Logs, resource, what string) map[string]int {
	found := make(map[string]int)
	for _, ld := range all {
		for _, rl := range ld.ResourceLogs().All() {
			if !strings.Contains(fmt.Sprint(rl.Resource().Attributes().AsRaw()), resource) {
				continue
			}
			for _, sl := range rl.ScopeLogs().All() {
				for _, r := range sl.LogRecords().All() {
					if r.Body().AsString()+" "+r.SeverityNumber().String() == what {
						found[text(r.Attributes(), "size")]++
					}
				}
			}
		}
	}
	return found
}
