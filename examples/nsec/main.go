// Nsec measures how long it takes to ask for the time, and fires a probe with each duration.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	nsec = stapsdt.MustProvider("nsec")

	// A tracer that knows the type time.Duration writes 52 as 52ns.
	now = stapsdt.MustProbe1[time.Duration](nsec, "now", "duration").
		Describe("The time was asked for, which took so long.")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := nsec.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer nsec.Close()
	fmt.Println("process", os.Getpid())

	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	const batch, report = 10, 1000
	for calls := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for range batch {
			// Nothing is between the two calls. The probe is fired behind them, so the time that a
			// tracer takes is not measured.
			began := time.Now()
			duration := time.Since(began)
			now.Fire(duration)
		}
		if calls += batch; calls%report == 0 {
			fmt.Println(calls, "calls are measured")
		}
	}
}
