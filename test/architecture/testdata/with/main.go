// Command with is the example in README.md.
package main

import (
	"fmt"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var shop = stapsdt.MustProvider("shop")
var orderStart = stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")

func main() {
	if err := shop.Load(); err != nil {
		fmt.Println("tracing probes are off:", err) // the program goes on
	}
	defer shop.Close()
	fmt.Println(shop.Path())
	for id := range uint64(3000) {
		orderStart.Fire(id, "Ada") // nobody attached: a third of a nanosecond
		time.Sleep(100 * time.Millisecond)
	}
}
