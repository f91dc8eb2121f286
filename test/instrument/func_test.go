//go:build linux && (amd64 || arm64)

package instrument

import (
	"testing"

	"github.com/go-usdt/usdt/instrument/funcprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// place is a function of a provider of the program's own. The table of its probes stands for all.
var place = funcprobe.Must[uint64](stapsdt.MustProvider("shop"), "place", "order")

func placeOrder(id uint64) {
	defer funcprobe.Time(place, id)()
}

func TestFunc(t *testing.T) {
	trace(t, "shop:*", func() { placeOrder(12) },
		`place_start id=\d+ order=12`,
		`place_stack id=\d+ order=12 stack="instrument.placeOrder:\d+ < instrument.TestFunc.func1:.*"`,
		`place_end id=\d+ order=12 duration=`+took)
}

func TestFuncLatency(t *testing.T) {
	latency(t, "shop:place", func() { placeOrder(12) })
}
