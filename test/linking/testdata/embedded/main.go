// Command embedded declares a probe in each of two copies of the library, before main. It fires
// one, and after a line of input the other.
package main

import (
	"fmt"

	other "example.com/other/stapsdt"
	_ "example.com/other/stapsdt/static"
	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

var (
	one      = stapsdt.MustProvider("copy")
	hit      = stapsdt.MustProbe1[int](one, "hit")
	two      = other.MustProvider("copy")
	hitOther = other.MustProbe1[int](two, "hit")
)

func main() {
	if err := one.Load(); err != nil {
		panic(err)
	}
	if err := two.Load(); err != nil {
		panic(err)
	}
	hit.Fire(1)
	fmt.Println(one.Path() == two.Path())
	fmt.Scanln()
	hitOther.Fire(2)
	fmt.Println("fired")
}
