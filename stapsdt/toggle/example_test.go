package toggle_test

import (
	"log"

	"github.com/go-usdt/usdt/stapsdt/toggle"
)

// A program publishes nothing until its operator sends SIGUSR2, and says in its own log what became
// of it.
func ExampleOnSignal() {
	stop, err := toggle.OnSignal(func(on bool, err error) {
		log.Printf("tracing probes are on: %t, errors: %v", on, err)
	})
	if err != nil {
		log.Printf("no signal loads the probes: %v", err) // on Windows, for instance
		return
	}
	defer stop()
	// Output:
}
