// Command usdt shows and traces the USDT (stapsdt) probes of running programs, with nothing else
// installed. See usdt help.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
