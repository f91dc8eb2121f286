//go:build linux && (amd64 || arm64)

package instrument

import (
	"errors"
	"testing"

	"github.com/go-usdt/usdt/instrument/spanprobe"
)

// checkout is a tracer of the program's own. The table of its probes stands for all tracers.
var checkout = spanprobe.MustTracer("checkout")

func TestSpans(t *testing.T) {
	trace(t, "checkout:*", func() {
		order := checkout.Start(t.Context(), "order")
		pay := checkout.Start(order.Context(), "pay")
		pay.Fail(errors.New("too little"))
		pay.End()
		order.End()
	},
		`span_start id=\d+ parent=0 trace=\d+ name="order"`,
		`span_start id=\d+ parent=[1-9]\d* trace=\d+ name="pay"`,
		`span_end id=\d+ name="pay" error="too little" duration=`+took,
		`span_end id=\d+ name="order" error="" duration=`+took)
}

func TestSpanLatency(t *testing.T) {
	latency(t, "checkout:span", func() { checkout.Start(t.Context(), "order").End() })
}
