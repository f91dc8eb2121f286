package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("shop")

	requestStart = stapsdt.MustProbe3[uint64, string, string](provider,
		"request_start", "id", "method", "path").Describe("A request has come.")

	requestEnd = stapsdt.MustProbe2[uint64, int](provider,
		"request_end", "id", "status").Describe("A request is answered.")

	order = stapsdt.MustProbe3[uint64, string, int64](provider,
		"order", "id", "customer", "cents").Describe("A customer orders, for so many cents.")
)

// prices has the price of each article, in cents. A voucher is what the shop pays for.
var prices = map[string]int64{"teapot": 2450, "cup": 390, "saucer": 215, "voucher": -500}

// A shop is the handler of the service.
type shop struct {
	mux              http.ServeMux
	log              io.Writer // gets a line for each order
	requests, orders atomic.Uint64
}

func newShop(log io.Writer) *shop {
	s := &shop{log: log}
	s.mux.HandleFunc("GET /articles/{article}", s.getPrice)
	s.mux.HandleFunc("POST /orders", s.postOrder)
	return s
}

// ServeHTTP fires the probes that every request has.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := s.requests.Add(1)
	requestStart.Fire(id, r.Method, r.URL.Path)
	recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
	s.mux.ServeHTTP(recorder, r)
	requestEnd.Fire(id, recorder.status)
}

func (s *shop) getPrice(w http.ResponseWriter, r *http.Request) {
	cents, ok := prices[r.PathValue("article")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintln(w, cents)
}

func (s *shop) postOrder(w http.ResponseWriter, r *http.Request) {
	cents, ok := prices[r.FormValue("article")]
	if !ok {
		http.Error(w, "no such article", http.StatusUnprocessableEntity)
		return
	}
	id, customer := s.orders.Add(1), r.FormValue("customer")
	order.Fire(id, customer, cents)
	fmt.Fprintf(s.log, "order %d of %s: %d\n", id, customer, cents)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintln(w, id)
}

// A statusRecorder remembers the status of the response.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
