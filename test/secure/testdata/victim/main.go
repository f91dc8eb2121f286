// Command victim loads a provider and prints the path of its image. With the argument file it asks
// for a named file, in the directory of the second argument if there is one.
package main

import (
	"fmt"
	"os"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/toggle" // which reads the environment, too
)

func main() {
	var options []stapsdt.Option
	if len(os.Args) > 1 && os.Args[1] == "file" {
		options = append(options, stapsdt.WithBacking(stapsdt.FileBacking))
	}
	if len(os.Args) > 2 {
		options = append(options, stapsdt.WithDir(os.Args[2]))
	}
	provider := stapsdt.MustProvider("victim", options...)
	stapsdt.MustProbe1[uint64](provider, "hit")
	if err := provider.Load(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(provider.Path())
	if err := provider.Close(); err != nil {
		panic(err)
	}
}
