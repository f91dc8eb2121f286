// Command copies loads a provider of each of two copies of the library.
package main

import (
	"fmt"

	other "example.com/other/stapsdt"
	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	one := stapsdt.MustProvider("copy")
	hit := stapsdt.MustProbe1[int](one, "hit")
	two := other.MustProvider("copy")
	hitOther := other.MustProbe1[int](two, "hit")
	for range 3 {
		if err := one.Load(); err != nil {
			panic(err)
		}
		if err := two.Load(); err != nil {
			panic(err)
		}
		hit.Fire(1)
		hitOther.Fire(2)
		if err := one.Unload(); err != nil {
			panic(err)
		}
		if err := two.Unload(); err != nil {
			panic(err)
		}
	}
	fmt.Println("loaded twice")
}
