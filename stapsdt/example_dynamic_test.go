package stapsdt_test

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/stapsdt"
)

// An interpreter or plugin host learns its probes at run time.
func ExampleProvider_AddProbe() {
	plugins := stapsdt.MustProvider("plugins")
	defer plugins.Close()
	call, err := plugins.AddProbe("call", stapsdt.String, stapsdt.Int64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(call.Fire("resize", 640))
	fmt.Println(errors.Is(call.Fire("resize"), stapsdt.ErrArgs))
	// Output:
	// <nil>
	// true
}
