// Package early loads a provider in its initialization. The path of the package is before that of
// package static, so Go initializes it first.
package early

import "github.com/go-usdt/usdt/stapsdt"

// Provider has one probe, which Load has made live if Err is nil.
var (
	Provider = stapsdt.MustProvider("early")
	Probe    = stapsdt.MustProbe1[int](Provider, "probe", "n")
	Err      error
)

func init() { Err = Provider.Load() }
