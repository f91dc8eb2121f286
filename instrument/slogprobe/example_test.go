package slogprobe_test

import (
	"log"
	"log/slog"
	"os"

	"github.com/go-usdt/usdt/instrument/slogprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A service writes what its operator has to know, and shows tracers everything.
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	slog.SetDefault(slog.New(slogprobe.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // so that the output is the same each time
			}
			return a
		},
	}))))
	slog.Debug("price found", "customer", "Ada", "cents", 390) // for usdt trace slog:record only
	slog.Info("order placed", "customer", "Ada")
	// Output: level=INFO msg="order placed" customer=Ada
}
