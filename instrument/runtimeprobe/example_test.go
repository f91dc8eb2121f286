package runtimeprobe_test

import (
	"fmt"
	"log"
	"time"

	"github.com/go-usdt/usdt/instrument/runtimeprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A service lets its operator see what the runtime does, as by
//
//	usdt hist -p PID go:gc --arg pause
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	defer runtimeprobe.Start(time.Second)()
	done := make(chan struct{})
	go func() {
		defer runtimeprobe.ReportPanic()
		defer close(done)
		fmt.Println("at work")
	}()
	<-done
	// Output: at work
}
