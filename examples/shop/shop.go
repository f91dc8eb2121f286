package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/go-usdt/usdt/instrument/httpprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("shop")

	order = stapsdt.MustProbe3[uint64, string, int64](provider,
		"order", "id", "customer", "cents").Describe("A customer orders, for so many cents.")
)

// prices has the price of each article, in cents. A voucher is what the shop pays for.
var prices = map[string]int64{"teapot": 2450, "cup": 390, "saucer": 215, "voucher": -500}

// A shop has the handlers of the service.
type shop struct {
	log    io.Writer // gets a line for each order
	orders atomic.Uint64
}

// newShop returns the handler of the service, with the ready-made probes of requests.
func newShop(log io.Writer) http.Handler {
	s := &shop{log: log}
	var mux http.ServeMux
	mux.HandleFunc("GET /articles/{article}", s.getPrice)
	mux.HandleFunc("POST /orders", s.postOrder)
	return httpprobe.Handler(&mux)
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
