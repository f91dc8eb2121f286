// Listen is a program that hands out itself what its probes fire. To read them takes neither root
// nor a kernel that can trace, so it works on every system.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/go-usdt/usdt/stapsdt"

	// With STAPSDT_LISTEN=unix:/tmp/listen.sock in the environment, usdt and curl can ask the
	// program at this socket. A server imports it in the same way, and has it at /debug/usdt/.
	_ "github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

var (
	listen = stapsdt.MustProvider("listen")
	visit  = stapsdt.MustProbe2[uint64, string](listen, "visit", "n", "city").
		Describe("A city is visited.")
)

var cities = []string{"Oslo", "Quito", "Wien", "Yakutsk"}

// main does not load the probes, because tracers that use the kernel need not find them here. A
// program can do both: load its probes, and import the package.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("process", os.Getpid())

	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := uint64(1); ; n++ {
		city := cities[n%uint64(len(cities))]
		fmt.Println("visit", n, "of", city)
		visit.Fire(n, city)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
