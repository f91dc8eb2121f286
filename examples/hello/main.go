// Hello greets somebody ten times a second, and fires a probe for each greeting. A second probe
// shows how to ask first whether somebody traces, where an argument takes time to find out.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// Probes are global variables. Their names, types and descriptions are what a tracer shows.
var (
	hello = stapsdt.MustProvider("hello")

	greet = stapsdt.MustProbe2[uint64, string](hello, "greet", "n", "name").
		Describe("Somebody is greeted.")

	memory = stapsdt.MustProbe2[uint64, uint64](hello, "memory", "n", "bytes").
		Describe("Somebody was greeted: how large the heap is now.")
)

var names = []string{"Ada", "Grace", "Zoë"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	// Tracers find the probes from here on. Where that is not possible, the error says why, and the
	// program goes on: to fire a probe is harmless in any case.
	if err := hello.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer hello.Close()
	fmt.Println("process", os.Getpid())

	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := uint64(1); ; n++ {
		name := names[n%uint64(len(names))]
		fmt.Println(n, "hello,", name)

		// While nobody traces, this takes less than a nanosecond.
		greet.Fire(n, name)

		// Arguments are computed before Fire is called, also while nobody traces. ReadMemStats
		// stops the whole program for a moment, so it is not called in vain.
		if memory.Enabled() {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			memory.Fire(n, stats.HeapAlloc)
		}

		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
