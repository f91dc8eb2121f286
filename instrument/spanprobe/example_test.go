package spanprobe_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-usdt/usdt/instrument/spanprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

var checkout = spanprobe.MustTracer("checkout")

// A checkout has a span for the whole, and one for each part, which can be traced by
//
//	usdt latency -p PID checkout:span --by name
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	order(context.Background(), 2450)
	// Output: 2450 cents are charged
}

func order(ctx context.Context, cents int) {
	s := checkout.Start(ctx, "order")
	defer s.End()
	s.Fail(pay(s.Context(), cents))
}

func pay(ctx context.Context, cents int) error {
	s := checkout.Start(ctx, "pay")
	defer s.End()
	_, err := fmt.Println(cents, "cents are charged")
	return err
}
