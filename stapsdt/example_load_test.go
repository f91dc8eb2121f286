package stapsdt_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/go-usdt/usdt/stapsdt"
)

// A program goes on when its probes cannot be loaded. It can tell platforms that have no probes
// from failures that the operator can mend.
func ExampleProvider_Load() {
	service := stapsdt.MustProvider("service")
	defer service.Close()
	stapsdt.MustProbe0(service, "ready")

	switch err := service.Load(); {
	case err == nil:
		log.Println("trace me:", service.Path())
	case errors.Is(err, stapsdt.ErrUnsupported):
		// This platform has no probes.
	default:
		log.Printf("tracing probes are off: %v", err)
	}
	fmt.Println("ready")
	// Output: ready
}
