//go:build !linux

// Command usdt needs Linux.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Fprintf(os.Stderr, "usdt: there is no tracing on %s: run it on the Linux machine where the traced programs are\n", runtime.GOOS)
	os.Exit(1)
}
