// Package main is Go code for a C program.
package main

import "C"

import (
	"errors"
	"syscall"

	"github.com/go-usdt/usdt/stapsdt"
)

// load reports whether Load fails by EFBIG.
//
//export load
func load() bool {
	provider := stapsdt.MustProvider("archive")
	stapsdt.MustProbe1[int](provider, "hit")
	return errors.Is(provider.Load(), syscall.EFBIG)
}

func main() {}
