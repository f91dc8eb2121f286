// Ondemand is a service whose log has no debug records, because there are too many. They can still
// be read while it runs: slogprobe makes a probe of the log, and a tracer asks for the records that
// it wants.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/go-usdt/usdt/instrument/slogprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	// The provider is that of slogprobe, so the program loads all that there are.
	if err := stapsdt.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer stapsdt.Close()
	fmt.Println("process", os.Getpid())

	// The handler inside is the usual one, for records from level info on. It stays as it is: what
	// only a tracer wants is written nowhere.
	logger := slog.New(slogprobe.New(slog.NewTextHandler(os.Stdout, nil)))

	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		order(logger.With("order", n), customers[n%len(customers)])
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

var customers = []string{"Ada", "Bob", "Eve"}

// order takes an order. It has no probe of its own: each record fires that of slogprobe.
func order(logger *slog.Logger, customer string) {
	logger.Debug("price found", "customer", customer, "cents", 2450)
	logger.Debug("address found", "customer", customer, "city", "Oslo")
	logger.Info("order placed", "customer", customer)
}
