//go:build linux && (amd64 || arm64)

package export

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/service"
)

// declarations are the probes of the shop.
var declarations = []string{
	"order:customer=string,cents=uint64,size=int64",
	"job_start:id=uint64,customer=string,parent=string",
	"job_end:id=uint64",
	"stock:customer=string,left=int64",
}

// someSpan is the span that fires a job.
const someSpan = "b7ad6b7169203331"

// A shop is a process with these probes, which enters what it fires into ledgers.
type shop struct{ service.Service }

func startShop(t *testing.T) shop {
	t.Helper()
	return shop{service.Start(t, built.traced, "shop", declarations...)}
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
func (s shop) order(t *testing.T, n int, customer string, cents uint64, size int64,
	into ...ledger) {
	t.Helper()
	s.Fire(t, n, "order", customer, cents, size)
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
func (s shop) job(t *testing.T, id uint64, customer string, into ...ledger) {
	t.Helper()
	trace := fmt.Sprintf("%016x%016x", rand.Uint64(), id)
	s.Fire(t, 1, "job_start", id, customer, "00-"+trace+"-"+someSpan+"-01")
	s.Fire(t, 1, "job_end", id)
	for _, l := range into {
		a := l.of(customer)
		a.jobs++
		a.traces = append(a.traces, trace)
	}
}

// stock fires what becomes a gauge.
func (s shop) stock(t *testing.T, customer string, left int64, into ...ledger) {
	t.Helper()
	s.Fire(t, 1, "stock", customer, left)
	for _, l := range into {
		l.of(customer).left = float64(left)
	}
}
