package stapsdt_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/go-usdt/usdt/stapsdt"
)

// Load tells platforms without support from failures that the operator can mend.
func ExampleProvider_Load() {
	service := stapsdt.MustProvider("service", stapsdt.WithBacking(stapsdt.File), stapsdt.WithDir("/nonexistent"))
	defer service.Close()
	stapsdt.MustProbe0(service, "ready")

	err := service.Load()
	switch {
	case err == nil:
		fmt.Println("trace me:", service.Path())
	case errors.Is(err, errors.ErrUnsupported):
		// Not a failure: this platform has no probes.
	default:
		log.Printf("tracing probes are off: %v", err)
	}
	fmt.Println(service.Loaded())
	// Output: false
}
