// Caller fires probes by known ways. It prints the path of their image and then, for each line
// "fire N" of its standard input, fires by each way N times, and "ready" a probe of that name, and
// answers ok. It is for the tests of stacks.
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/stapsdt"
)

var shop = stapsdt.MustProvider("shop")

var (
	order = stapsdt.MustProbe2[int, string](shop, "order", "cents", "customer")
	begin = stapsdt.MustProbe1[int](shop, "work_start", "id")
	end   = stapsdt.MustProbe1[int](shop, "work_end", "id")
	ready = stapsdt.MustProbe0(shop, "ready")
)

func main() {
	if err := shop.Load(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(shop.Path())
	for input := bufio.NewScanner(os.Stdin); input.Scan(); fmt.Println("ok") {
		n := 0
		if _, err := fmt.Sscanf(input.Text(), "fire %d", &n); err != nil {
			ready.Fire()
		}
		for range n {
			byCall()
			byInlined()
			byDepth(2)
			shelf{}.byMethod()
		}
	}
}

//go:noinline
func byCall() {
	order.Fire(1, "Ada")
	work(1)
}

//go:noinline
func byInlined() { inlined() }

func inlined() { fire() }

//go:noinline
func fire() { order.Fire(20, "Bob") }

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
