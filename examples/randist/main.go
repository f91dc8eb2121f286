// Randist draws random numbers, and fires a probe for each, so that a tracer shows how they are
// distributed: most are near 50, few are below 20 or above 80.
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	randist = stapsdt.MustProvider("randist")
	draw    = stapsdt.MustProbe1[int64](randist, "draw", "value").Describe("A number is drawn.")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := randist.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer randist.Close()
	fmt.Println("process", os.Getpid())

	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	const batch, report = 10, 1000
	for drawn := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for range batch {
			draw.Fire(normal(50, 12))
		}
		if drawn += batch; drawn%report == 0 {
			fmt.Println(drawn, "numbers are drawn")
		}
	}
}

// normal returns a random number of a normal distribution, rounded to an integer.
func normal(mean, deviation float64) int64 {
	// #nosec G404 -- nobody must be kept from guessing these numbers
	return int64(math.Round(mean + deviation*rand.NormFloat64()))
}
