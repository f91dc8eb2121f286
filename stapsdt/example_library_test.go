package stapsdt_test

import (
	"fmt"
	"log"

	"github.com/go-usdt/usdt/stapsdt"
)

// A library called cache exports Probes. The library declares and fires the probes, but leaves it
// to the program whether and when to load them. Until then each fire costs a compare.
var (
	Probes = stapsdt.MustProvider("cache")

	hit  = stapsdt.MustProbe1[string](Probes, "hit")
	miss = stapsdt.MustProbe1[string](Probes, "miss")
)

// Get is a function of that library.
func Get(entries map[string]int, key string) (int, bool) {
	value, ok := entries[key]
	if ok {
		hit.Fire(key)
	} else {
		miss.Fire(key)
	}
	return value, ok
}

// A library has a provider of its own, and the program that imports it loads the provider: here,
// cache.Probes.Load(). [stapsdt.Load] loads those of all libraries.
func Example_library() {
	if err := Probes.Load(); err != nil {
		log.Printf("tracing probes of the cache are off: %v", err)
	}
	defer Probes.Close()

	fmt.Println(Get(map[string]int{"a": 1}, "a"))
	// Output: 1 true
}
