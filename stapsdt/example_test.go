package stapsdt_test

import (
	"fmt"
	"log"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	shop       = stapsdt.MustProvider("shop")
	orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")
	orderEnd   = stapsdt.MustProbe2[uint64, int32](shop, "order_end", "id", "status")
)

// Probes are declared in global variables and loaded in main. A program whose probes cannot be
// loaded goes on without them.
func Example() {
	if err := shop.Load(); err != nil {
		log.Printf("tracing probes are off: %v", err)
	}
	defer shop.Close()

	orderStart.Fire(1, "Ada")
	orderEnd.Fire(1, -3)
	fmt.Println("order 1 done")
	// Output: order 1 done
}
