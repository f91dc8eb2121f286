package uprobe_test

import (
	"strconv"
	"testing"

	"github.com/go-usdt/usdt/internal/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// What cannot be opened is an error and nothing else, and leaves nothing behind.
func TestTraceWithoutBuffer(t *testing.T) {
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe0(p, "nothing") })
	probes := find(t, p, "nothing")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		const tooMuch = 1 << (strconv.IntSize - 24) // 1 TiB
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o, BufferBytes: tooMuch})
		if err == nil {
			closing(t, tracer)
			t.Error("a buffer of 1 TiB was made")
		}
	})
}
