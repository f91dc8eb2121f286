//go:build !linux

// Command usdt needs Linux.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Fprintf(os.Stderr,
		"usdt: cannot trace on %s: run usdt on the Linux machine with the programs\n", runtime.GOOS)
	os.Exit(1)
}
