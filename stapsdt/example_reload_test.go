package stapsdt_test

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	worker = stapsdt.MustProvider("worker")
	jobEnd = stapsdt.MustProbe1[int64](worker, "job_end")
)

// The operator of this daemon switches the probes off, and on again, with SIGHUP. Meanwhile other
// goroutines go on firing.
func ExampleProvider_Unload() {
	if err := worker.Load(); err != nil {
		log.Printf("tracing probes are off: %v", err)
	}
	defer worker.Close()

	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	go func() {
		for range hangups {
			toggle(worker)
		}
	}()

	for job := range int64(3) {
		jobEnd.Fire(job)
	}
	fmt.Println("3 jobs done")
	// Output: 3 jobs done
}

// toggle unloads a loaded provider, and loads an unloaded one. Tracers have to attach again.
func toggle(p *stapsdt.Provider) {
	change := p.Load
	if p.Loaded() {
		change = p.Unload
	}
	if err := change(); err != nil {
		log.Print(err)
	}
}
