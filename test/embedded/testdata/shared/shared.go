// Shared is a library with probes, which a program in C loads.
package main

import "C"

import (
	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

var (
	provider = stapsdt.MustProvider("shared")
	probe    = stapsdt.MustProbe1[int64](provider, "probe")
)

// load returns the path of the probes.
//
//export load
func load() *C.char {
	if err := provider.Load(); err != nil {
		return C.CString(err.Error())
	}
	return C.CString(provider.Path())
}

//export fire
func fire() { probe.Fire(-1) }

func main() {}
