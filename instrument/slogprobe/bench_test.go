package slogprobe

import (
	"context"
	"log/slog"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// BenchmarkLog compares a logger with and without the handler: a record that is suppressed, one
// that a handler takes which writes nothing, and one that a listener hears.
func BenchmarkLog(b *testing.B) {
	bare := slog.Handler(leveled{slog.LevelInfo})
	for _, m := range []struct {
		name    string
		handler slog.Handler
		level   slog.Level
		heard   bool
	}{
		{"suppressed/bare", bare, slog.LevelDebug, false},
		{"suppressed/probe", New(bare), slog.LevelDebug, false},
		{"taken/bare", bare, slog.LevelInfo, false},
		{"taken/probe", New(bare), slog.LevelInfo, false},
		{"heard", New(bare), slog.LevelDebug, true},
	} {
		b.Run(m.name, func(b *testing.B) {
			if m.heard {
				counter, err := stapsdt.Count("slog:record")
				if err != nil {
					b.Fatal(err)
				}
				defer counter.Close()
			}
			log, ctx := slog.New(m.handler), context.Background()
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(ctx, m.level, "price found", slog.String("customer", "Ada"),
					slog.Int("cents", 390))
			}
		})
	}
}
