// Caller fires probes by known ways, as often as each line of its standard input says: N fires of
// each way. It writes a line before it reads the first one, and one after each.
package main

import (
	"fmt"
	"os"

	"github.com/go-usdt/usdt/stapsdt"
)

var shop = stapsdt.MustProvider("shop")

var (
	order = stapsdt.MustProbe2[int, string](shop, "order", "cents", "customer")
	begin = stapsdt.MustProbe1[int](shop, "work_start", "id")
	end   = stapsdt.MustProbe1[int](shop, "work_end", "id")
)

func main() {
	if err := shop.Load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(shop.Path())
	for n := 0; ; {
		if _, err := fmt.Scan(&n); err != nil {
			return
		}
		for range n {
			byDirect()
			byInlined()
			byDepth(2)
			shelf{}.byMethod()
		}
		fmt.Println("fired", n)
	}
}

//go:noinline
func byDirect() {
	order.Fire(1, "Ada")
	work(1)
}

func inlined() { order.Fire(20, "Bob") }

//go:noinline
func byInlined() { inlined() }

//go:noinline
func byDepth(n int) {
	if n > 0 {
		byDepth(n - 1)
		return
	}
	order.Fire(300, "Ada")
}

type shelf struct{}

//go:noinline
func (shelf) byMethod() { order.Fire(4000, "Bob") }

//go:noinline
func work(id int) {
	begin.Fire(id)
	end.Fire(id)
}
