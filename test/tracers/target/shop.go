package main

import "github.com/go-usdt/usdt/stapsdt"

// declareShop adds the probes of the examples in docs/tracers.md.
func declareShop(provider *stapsdt.Provider) map[string]probe {
	start := stapsdt.MustProbe2[uint64, string](provider, "order_start")
	end := stapsdt.MustProbe3[uint64, int32, int64](provider, "order_end")
	return map[string]probe{
		"order_start": {&start.Probe, func(args []byte) error {
			var id uint64
			var customer string
			err := decode(args, &id, &customer)
			if err == nil {
				placeOrder(start, id, customer)
			}
			return err
		}},
		"order_end": {&end.Probe, func(args []byte) error {
			var id uint64
			var status int32
			var cents int64
			err := decode(args, &id, &status, &cents)
			if err == nil {
				end.Fire(id, status, cents)
			}
			return err
		}},
		"order_body": unary[[]byte](provider, "order_body"),
	}
}

// placeOrder is the function that a tracer is to find on the stack.
//
//go:noinline
func placeOrder(start *stapsdt.Probe2[uint64, string], id uint64, customer string) {
	start.Fire(id, customer)
}
