// Demo is a weather station with three kinds of probe arguments: a counter, a signed number and a
// string. It prints the path of its probes and measures ten times a second until standard input
// ends.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	weather = stapsdt.MustProvider("weather")
	measure = stapsdt.MustProbe3[uint64, int32, string](weather, "measure", "n", "celsius", "city").
		Describe("A temperature has been measured.")
)

var cities = []string{"Oslo", "Wien", "Quito", "Yakutsk"}

func main() {
	log.SetFlags(0)
	if err := weather.Load(); err != nil {
		log.Fatal(err)
	}
	defer weather.Close()
	fmt.Println(weather.Path())

	end := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(end)
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := uint64(1); ; n++ {
		celsius := int32(n*37%71) - 40
		measure.Fire(n, celsius, cities[n%uint64(len(cities))])
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}
