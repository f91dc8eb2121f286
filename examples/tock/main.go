// Tock is a clock that knows whether somebody traces it: it says tick once a second, and tock
// instead while a tracer is attached to its probe.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	clock = stapsdt.MustProvider("clock")
	tock  = stapsdt.MustProbe1[uint64](clock, "tock", "n").
		Describe("The clock says tock, for the nth time.")
)

func main() {
	every := flag.Duration("every", time.Second, "`time` from one tick to the next")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := clock.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer clock.Close()
	fmt.Println("process", os.Getpid())

	tick := time.NewTicker(*every)
	defer tick.Stop()
	for n := uint64(0); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		// To attach a tracer is to change the instruction that Fire would execute. Enabled looks
		// whether it is changed, so it knows of every kind of tracer, and costs next to nothing.
		if !tock.Enabled() {
			fmt.Println("tick")
			continue
		}
		n++
		fmt.Println("tock", n)
		tock.Fire(n)
	}
}
