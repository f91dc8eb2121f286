package stapsdt_test

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/stapsdt"
)

// A []byte is passed as its address and its length, without a copy, so it takes two of the six
// places. In bpftrace:
//
//	usdt:*:wire:packet { printf("port %d: %r\n", arg0, buf(arg1, arg2)); }
func ExampleProbe2_Fire_bytes() {
	wire := stapsdt.MustProvider("wire")
	defer wire.Close()
	packet := stapsdt.MustProbe2[uint16, []byte](wire, "packet")

	packet.Fire(443, []byte{0x16, 0x03, 0x01})

	_, err := stapsdt.NewProbe6[int, int, int, int, int, []byte](wire, "seven_places")
	fmt.Println(errors.Is(err, stapsdt.ErrTooManyArgs))
	// Output: true
}
