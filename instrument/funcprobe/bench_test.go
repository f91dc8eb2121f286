package funcprobe

import (
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

var sum uint64

//go:noinline
func bare(id uint64) { sum += id }

//go:noinline
func timed(f *Func[uint64], id uint64) {
	defer Time(f, id)()
	sum += id
}

// BenchmarkTime compares a function with and without a probe, and with a counter that hears it.
func BenchmarkTime(b *testing.B) {
	provider := stapsdt.MustProvider("func_bench")
	defer provider.Close()
	f := Must[uint64](provider, "bench", "key")
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			bare(1)
		}
	})
	b.Run("untraced", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			timed(f, 1)
		}
	})
	b.Run("heard", func(b *testing.B) {
		counter, err := stapsdt.Count("func_bench:bench_start", "func_bench:bench_end")
		if err != nil {
			b.Fatal(err)
		}
		defer counter.Close()
		b.ReportAllocs()
		for b.Loop() {
			timed(f, 1)
		}
	})
}
