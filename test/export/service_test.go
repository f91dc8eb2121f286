//go:build linux && (amd64 || arm64)

package export

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// declarations are the probes of the service.
var declarations = []string{
	"order:customer=string,cents=uint64,size=int64",
	"job_start:id=uint64,customer=string,parent=string",
	"job_end:id=uint64",
	"stock:customer=string,left=int64",
}

// someSpan is the span that fires a job.
const someSpan = "b7ad6b7169203331"

// A service is a process with probes.
type service struct{ *testenv.Child }

func startService(t *testing.T) service {
	t.Helper()
	cmd := exec.Command(built.traced, append([]string{"shop"}, declarations...)...)
	s := service{testenv.Start(t, cmd)}
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

// A ledger is what the services themselves know of their fires, by customer.
type ledger map[string]*account

type account struct {
	orders, jobs int
	cents        float64
	sizes        []float64
	left         float64
	traces       []string // of the jobs
}

func (l ledger) of(customer string) *account {
	if l[customer] == nil {
		l[customer] = new(account)
	}
	return l[customer]
}

// order fires n orders, and enters them into the ledgers.
func (s service) order(t *testing.T, n int, customer string, cents uint64, size int64,
	into ...ledger) {
	t.Helper()
	s.fire(t, n, "order", customer, cents, size)
	for _, l := range into {
		a := l.of(customer)
		a.orders += n
		a.cents += float64(n) * float64(cents)
		for range n {
			a.sizes = append(a.sizes, float64(size))
		}
	}
}

// job fires a pair of start and end, in a trace of its own.
func (s service) job(t *testing.T, id uint64, customer string, into ...ledger) {
	t.Helper()
	trace := fmt.Sprintf("%016x%016x", rand.Uint64(), id)
	s.fire(t, 1, "job_start", id, customer, "00-"+trace+"-"+someSpan+"-01")
	s.fire(t, 1, "job_end", id)
	for _, l := range into {
		a := l.of(customer)
		a.jobs++
		a.traces = append(a.traces, trace)
	}
}

// stock fires what becomes a gauge.
func (s service) stock(t *testing.T, customer string, left int64, into ...ledger) {
	t.Helper()
	s.fire(t, 1, "stock", customer, left)
	for _, l := range into {
		l.of(customer).left = float64(left)
	}
}
