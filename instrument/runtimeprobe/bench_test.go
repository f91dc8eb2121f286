package runtimeprobe

import (
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkInterval measures what happens at each interval while nobody traces, and while a counter
// hears memory and scheduler.
func BenchmarkInterval(b *testing.B) {
	b.Run("untraced", func(b *testing.B) { measure(b, new(sampler)) })
	b.Run("heard", func(b *testing.B) {
		counter, err := stapsdt.Count("go:memory", "go:scheduler")
		if err != nil {
			b.Fatal(err)
		}
		defer counter.Close()
		measure(b, new(sampler))
	})
}

func measure(b *testing.B, s *sampler) {
	b.ReportAllocs()
	for b.Loop() {
		s.sample()
	}
}
