package stapsdt_test

import (
	"fmt"
	"log"

	"github.com/go-usdt/usdt/stapsdt"
)

// A program loads the probes of all its libraries, which it need not know, and goes on if some
// cannot be loaded. What a library declares later, such as a plugin, is loaded too.
func ExampleLoad() {
	if err := stapsdt.Load(); err != nil {
		log.Printf("some tracing probes are off: %v", err) // a line for each provider
	}
	defer stapsdt.Unload() // in a real program: Close

	fmt.Println("serving")
	// Output: serving
}

// Code that prepares the arguments of several probes asks their provider whether it is worth while.
func ExampleProvider_Enabled() {
	pool := stapsdt.MustProvider("pool")
	defer pool.Close()
	idle := stapsdt.MustProbe1[int](pool, "idle", "connections")
	busy := stapsdt.MustProbe1[int](pool, "busy", "connections")

	if pool.Enabled() {
		connections := []bool{true, false, true} // which are busy
		n := 0
		for _, isBusy := range connections {
			if isBusy {
				n++
			}
		}
		idle.Fire(len(connections) - n)
		busy.Fire(n)
	}
	fmt.Println("pooled")
	// Output: pooled
}
