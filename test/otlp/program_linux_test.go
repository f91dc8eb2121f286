//go:build amd64 || arm64

package otlp

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/service"
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

// A store is a process with probes.
type store struct{ service.Service }

func startStore(t *testing.T, path string) store {
	t.Helper()
	return store{service.Start(t, path, "shop", "order:customer=string,size=int64",
		"job_start:id=uint64,customer=string,parent=string", "job_end:id=uint64")}
}

// work has the service do what a customer wants: n orders of sizes 3 and 100, and a job.
func (s store) work(t *testing.T, customer string, n int, job uint64) {
	t.Helper()
	s.Fire(t, n, "order", customer, 3)
	s.Fire(t, n, "order", customer, 100)
	s.Fire(t, 1, "job_start", job, customer, "00-"+someTrace+"-"+someSpan+"-01")
	s.Fire(t, 1, "job_end", job)
	// Nobody keeps the trace of this one, so its span would lead nowhere.
	s.Fire(t, 1, "job_start", job, customer, "00-"+someTrace+"-"+someSpan+"-00")
	s.Fire(t, 1, "job_end", job)
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

// A program is the full command, with a configuration, and the service that it is for.
type program struct {
	usdt, traced, configuration string
	job                         uint64
}

func buildProgram(t *testing.T) *program {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	dir := t.TempDir()
	p := &program{usdt: filepath.Join(dir, "usdt"), traced: filepath.Join(dir, "traced"),
		configuration: filepath.Join(dir, "export.yaml")}
	build(t, p.usdt, "../../export", "./usdt")
	build(t, p.traced, "../..", "./internal/testing/traced")
	content := fmt.Appendf(nil, configuration, p.traced)
	if err := os.WriteFile(p.configuration, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// A running program.
type running struct{ *testenv.Child }

func (p *program) start(t *testing.T) running {
	t.Helper()
	return running{testenv.Start(t, exec.Command(p.usdt, "export", "--config", p.configuration))}
}

// stop ends the program as a service manager does.
func (r running) stop(t *testing.T) {
	t.Helper()
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Wait(); err != nil {
		t.Errorf("%v\n%s", err, r.Errors())
	}
}

// reach has the service work until all of it arrives.
func (p *program) reach(t *testing.T, r *collector, s store) {
	t.Helper()
	eventually(t, "everything is traced", func() bool {
		p.job++
		s.work(t, "warm", 1, p.job)
		return r.traces.SpanCount() > 0 && r.logs.LogRecordCount() > 0 && r.orders("warm") > 0
	})
}

// TestProgram has the whole program send what a service fires, by both protocols.
func TestProgram(t *testing.T) {
	p := buildProgram(t)
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			r.start(t)
			s := startStore(t, p.traced)
			program := p.start(t)
			p.reach(t, r, s)
			const n = 200
			s.work(t, "Ada", n, 1<<40)
			eventually(t, "all orders are counted", func() bool { return r.orders("Ada") == 2*n })
			program.stop(t)
			checkMetrics(t, r, s.PID(), n)
			checkEvents(t, r, s.PID(), n)
		})
	}
}
