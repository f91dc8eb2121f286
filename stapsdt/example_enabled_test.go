package stapsdt_test

import (
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
)

// Costly arguments are computed only while a tracer is attached.
func ExampleProbe_Enabled() {
	cache := stapsdt.MustProvider("cache")
	dump := stapsdt.MustProbe1[string](cache, "dump")
	keys := []string{"a", "b"}

	if dump.Enabled() {
		dump.Fire(strings.Join(keys, ","))
	}
	fmt.Println(dump.Enabled())
	// Output: false
}
