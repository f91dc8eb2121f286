package funcprobe_test

import (
	"fmt"
	"log"

	"github.com/go-usdt/usdt/instrument/funcprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

var (
	shop  = stapsdt.MustProvider("shop")
	place = funcprobe.Must[uint64](shop, "place", "order")
	total = funcprobe.Must[string](shop, "total", "customer")
)

// The calls of a function can be traced with its argument, as by
//
//	usdt latency -p PID shop:place --slower 40ms
func ExampleTime() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	placeOrder(12)
	// Output: order 12 is placed
}

func placeOrder(id uint64) {
	defer funcprobe.Time(place, id)()
	fmt.Println("order", id, "is placed")
}

// A function value that the program already has is wrapped.
func ExampleWrap() {
	totalOf := funcprobe.Wrap(total, func(customer string) int { return 390 * len(customer) })
	fmt.Println(totalOf("Ada"))
	// Output: 1170
}
