package main

import "github.com/go-usdt/usdt/stapsdt"

// declareShop adds the probes of the examples in docs/tracers.md.
func (p *program) declareShop() {
	start := stapsdt.MustProbe2[uint64, string](p.provider, "order_start", "id", "customer")
	end := stapsdt.MustProbe3[uint64, int32, int64](p.provider, "order_end", "id", "status", "cents")
	var id uint64
	var customer string
	var status int32
	var cents int64
	p.probes["order_start"] = typed(&start.Probe,
		func() { placeOrder(start, id, customer) }, &id, &customer)
	p.probes["order_end"] = typed(&end.Probe,
		func() { end.Fire(id, status, cents) }, &id, &status, &cents)
	p.probes["order_body"] = unary[[]byte](p.provider, "order_body", "body")
}

// placeOrder is the function that a tracer is to find on the stack.
//
//go:noinline
func placeOrder(start *stapsdt.Probe2[uint64, string], id uint64, customer string) {
	start.Fire(id, customer)
}
